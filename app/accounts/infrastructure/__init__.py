"""Where people and accounts are kept."""
