"""Messages of steps: what they say, what becomes of them, and what contacts do with them."""
