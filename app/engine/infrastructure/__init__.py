"""Tables, queries, and SQL of the engine room."""
