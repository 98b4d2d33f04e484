"""Rules for webhook deliveries, in plain Python."""
