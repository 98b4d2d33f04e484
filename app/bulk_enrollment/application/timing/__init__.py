"""When people are enrolled: what limits and drips permit, and the plan in advance."""
