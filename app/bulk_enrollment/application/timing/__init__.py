"""When people are enrolled: what limits and drips permit, scheduled starts, and the plan in advance."""
