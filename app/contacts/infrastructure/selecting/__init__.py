"""Reads and writes of segments, selections, and bulk actions."""
