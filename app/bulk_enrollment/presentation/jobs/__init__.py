"""Pages, tasks and commands that start, run and control jobs."""
