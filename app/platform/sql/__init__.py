"""SQL read to the last word, to tell whose rows a statement is about."""
