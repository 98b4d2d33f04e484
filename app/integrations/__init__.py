"""Outside services of an account: which are connected."""
