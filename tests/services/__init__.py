"""Real servers for the tests, from the same wheels that everybody has: PostgreSQL, Valkey and a browser."""
