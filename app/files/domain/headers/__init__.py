"""Column names: the terms that exporters use, and detection of the header row."""
