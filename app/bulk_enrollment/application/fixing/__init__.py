"""Rows of finished jobs that are run again: retries, and rows that users fix in the browser."""
