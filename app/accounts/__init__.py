"""Accounts and users: sign-in, roles, permissions, limits, sub-accounts."""
