"""What people and machines did with messages."""
