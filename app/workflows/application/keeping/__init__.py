"""Copies of workflows, and what comes after the archive: restoring and deleting."""
