"""The addresses that email providers call, and their card in the settings."""
