"""Pages that protect sign-in: resetting a forgotten password, sessions, and two-factor authentication."""
