"""Queries and writes for the brakes of jobs."""
