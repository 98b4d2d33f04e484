"""Who does a piece of work and for how long, and what happens to it when they die."""
