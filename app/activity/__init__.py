"""Audit log of an account and timelines of its contacts, append-only."""
