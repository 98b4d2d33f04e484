"""Matching of columns to contact fields, and how their values are read."""
