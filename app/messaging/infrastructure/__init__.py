"""Tables, queries, and SQL of messages, and the ways out."""
