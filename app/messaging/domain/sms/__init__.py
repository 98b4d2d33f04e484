"""Text messages: what an account sets for them, their provider, and what people answer."""
