"""Column names: what exporters call the fields of a contact, and which line holds the names."""
