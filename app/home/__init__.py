"""What a person sees first: the home page, the first visit, the health of the installation."""
