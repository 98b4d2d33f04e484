"""Mail servers and senders: their tables, encrypted passwords, and SMTP."""
