"""Removal of contacts, and of what is stored about them."""
