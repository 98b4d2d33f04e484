"""Contacts: fields, tags, consent, status, and timeline."""
