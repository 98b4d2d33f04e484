"""Approval of large jobs by a second person."""
