"""What a template needs of an account, and which of the account’s fields it uses (T-12)."""
