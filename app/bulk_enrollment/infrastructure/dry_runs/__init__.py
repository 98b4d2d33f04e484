"""Queries about what the plan of a job would do."""
