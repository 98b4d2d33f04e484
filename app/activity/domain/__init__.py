"""How what happened is told."""
