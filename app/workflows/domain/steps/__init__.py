"""Every type of step, trigger and goal."""
