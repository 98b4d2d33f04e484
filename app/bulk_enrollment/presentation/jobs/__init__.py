"""Pages, tasks and commands that start, run and undo jobs."""
