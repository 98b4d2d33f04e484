"""Trying a template with a contact: its page, and the operation of the API."""
