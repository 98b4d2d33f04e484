"""Queries for jobs as plain rows, without loading objects: for callers that poll or list them often.

Their statements are built once, because building one takes longer than running it.
"""
