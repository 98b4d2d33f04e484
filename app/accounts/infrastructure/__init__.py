"""Storage of users, accounts, memberships, and sessions."""
