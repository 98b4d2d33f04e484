"""The account’s mailbox, to which replies and returned emails come: its settings, and reading it."""
