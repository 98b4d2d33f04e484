"""The document that says what a workflow does: its format, its parts, how they refer to each other."""
