"""Check-up: the figures right after an upload, with typos and repairs."""
