"""Parsing of a file into numbered rows: its layout, and the lines that are not contacts."""
