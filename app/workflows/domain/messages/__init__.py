"""Texts with merge tags: analysis, rendering, and conversion to emails and SMS."""
