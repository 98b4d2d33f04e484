"""Undo of finished jobs."""
