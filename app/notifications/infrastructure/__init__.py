"""Storage of notifications and deliveries, and the webhook client."""
