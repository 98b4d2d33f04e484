"""From bytes to lines of text: encodings, delimiters, and damaged text."""
