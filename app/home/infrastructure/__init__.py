"""Reading the state of the installation."""
