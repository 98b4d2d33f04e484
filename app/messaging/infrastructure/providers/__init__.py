"""How reports of mail providers are stored, and how their signatures are checked."""
