"""Settings > SMS, and the addresses that the provider calls."""
