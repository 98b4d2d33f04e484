"""How reports of email providers are stored, and how their signatures are checked."""
