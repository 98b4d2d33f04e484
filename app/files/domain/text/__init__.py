"""The bytes of a file as lines of text: encodings, delimiters, damage."""
