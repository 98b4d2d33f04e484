"""Emails as they are sent: their layout, colors, and header."""
