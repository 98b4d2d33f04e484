"""A file as numbered rows: how it is laid out, and which lines are no contacts."""
