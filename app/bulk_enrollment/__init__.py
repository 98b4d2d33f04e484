"""Bulk enrollment: many contacts into a workflow at once, with one honest outcome for every row."""
