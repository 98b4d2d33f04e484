"""Reports of email providers: connecting providers, and receiving what they report."""
