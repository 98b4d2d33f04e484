"""The addresses that mail providers call, and their card in the settings."""
