"""People and the accounts that they work in: sign-in, roles, permissions, limits, sub-accounts."""
