"""Storage of notes and tasks."""
