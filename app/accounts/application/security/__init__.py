"""What protects sign-in besides the password: resetting it, sessions, and two-factor authentication."""
