"""What happened: the audit log of an account and the time line of each contact, append-only."""
