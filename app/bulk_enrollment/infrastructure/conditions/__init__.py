"""SQL conditions on jobs and rows that several queries share."""
