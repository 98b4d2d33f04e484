"""Choices for a file that are given without its page: questions about consent, and columns by name."""
