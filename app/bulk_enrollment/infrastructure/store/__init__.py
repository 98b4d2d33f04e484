"""Writes to jobs, batches and rows. State changes are conditional updates, so of several callers one wins."""
