"""Counts of contacts: of each day, and of what an update would change."""
