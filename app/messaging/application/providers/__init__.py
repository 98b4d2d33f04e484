"""Reports of email providers: connecting them, and taking what they say."""
