"""What is wrong with a definition, and what it still lacks."""
