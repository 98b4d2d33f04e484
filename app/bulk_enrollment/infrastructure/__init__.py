"""Tables, queries and stores of bulk enrollment."""
