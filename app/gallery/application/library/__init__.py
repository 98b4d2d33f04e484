"""The templates of an account: lists, copies, files, and sharing."""
