"""How often messages go out to a contact, and what stops a workflow."""
