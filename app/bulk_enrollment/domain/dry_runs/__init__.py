"""What a dry run says: effects on contacts, and what the workflow means for its people."""
