"""How fast and how often an account's messages go out, and what stops them."""
