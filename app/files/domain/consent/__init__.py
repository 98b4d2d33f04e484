"""Consent in contact files: words, columns, remarks, and the questions for the user."""
