"""Integrations: external services that an account has connected."""
