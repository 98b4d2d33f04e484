"""Statements of undo jobs."""
