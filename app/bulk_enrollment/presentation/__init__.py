"""Pages, tasks and commands of bulk enrollment."""
