"""Invented people, and sample files of them."""
