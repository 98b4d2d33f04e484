"""Home page, initial setup, settings, and health checks."""
