"""Wording of audit entries."""
