"""Rules for the templates of an account: how long deleted ones are kept, and how files are written."""
