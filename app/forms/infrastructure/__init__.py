"""How forms and what was entered in them are stored."""
