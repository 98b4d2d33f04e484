"""Rows and cells: column profiles, tags, and escaping for spreadsheets."""
