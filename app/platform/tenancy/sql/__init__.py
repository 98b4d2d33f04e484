"""A strict analysis of SQL that determines whose rows a statement uses."""
