"""Domain of bulk enrollment: jobs, selections, options, outcomes, and progress."""
