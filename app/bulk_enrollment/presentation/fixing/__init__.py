"""Pages to fix rows of finished jobs, and to retry them."""
