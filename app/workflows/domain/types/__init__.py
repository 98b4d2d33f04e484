"""What a type of step, trigger or goal is made of."""
