"""Real servers and clients for tests: PostgreSQL, Valkey, a whole installation, and a browser."""
