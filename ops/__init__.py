"""Running Muster on one machine: `make run` starts `python -m ops`, which starts all other processes."""
