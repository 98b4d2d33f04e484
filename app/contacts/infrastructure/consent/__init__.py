"""Consent to single channels, next to the status, which is about all of them."""
