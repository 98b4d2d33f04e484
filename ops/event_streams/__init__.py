"""The process that holds event streams."""
