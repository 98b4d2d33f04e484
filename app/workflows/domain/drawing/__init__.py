"""Presentation of a definition: drawing, descriptions and summary."""
