"""Reports of mail providers: connecting them, and taking what they say."""
