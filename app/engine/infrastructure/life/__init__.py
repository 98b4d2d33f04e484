"""What the life of a workflow does to its enrollments: they begin when it is started, and end with it."""
