"""Texts with merge tags: analysed, filled in, and turned into emails and SMS."""
