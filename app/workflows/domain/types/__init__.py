"""Building blocks for the declarations of step, trigger and goal types."""
