"""Commands for operators: backups, and the keys of saved passwords."""
