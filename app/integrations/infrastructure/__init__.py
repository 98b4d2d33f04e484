"""Storage of connected services."""
