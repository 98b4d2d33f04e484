"""Tables, queries, and SQL of messages, and its transports."""
