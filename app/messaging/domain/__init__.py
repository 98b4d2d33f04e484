"""Messages in plain Python: states, email headers and layout, texts."""
