"""Sample contacts, workflows and history for an empty account."""
