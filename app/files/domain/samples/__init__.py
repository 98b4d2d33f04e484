"""Invented people, and files of them to try."""
