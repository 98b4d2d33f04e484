"""What a bulk enrollment is: its states, its outcomes, its arithmetic. Plain Python."""
