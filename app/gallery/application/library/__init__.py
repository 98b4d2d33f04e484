"""The templates of an account: lists, copies, and files."""
