"""Storage of audit entries and contact events."""
