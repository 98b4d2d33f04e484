"""Statements for drips and rate limits: who was enrolled when, and which rows may be next."""
