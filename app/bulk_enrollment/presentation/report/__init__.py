"""Pages and parts of pages that show jobs and their rows."""
