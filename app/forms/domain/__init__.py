"""Forms and their limits, without a framework."""
