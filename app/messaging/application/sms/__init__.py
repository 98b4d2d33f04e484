"""Text messages: their provider, sending them, and what comes back."""
