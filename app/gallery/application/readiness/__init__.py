"""What a template needs of an account, and making what is missing (T-12)."""
