"""What the plan of a job would do, counted before it starts."""
