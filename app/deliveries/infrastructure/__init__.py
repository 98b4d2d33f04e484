"""Storage of deliveries."""
