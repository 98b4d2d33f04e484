"""Tables, queries, and SQL of the gallery room."""
