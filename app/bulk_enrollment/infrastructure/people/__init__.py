"""What the ledger knows about one person."""
