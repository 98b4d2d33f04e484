"""Pages and operations for the templates of an account."""
