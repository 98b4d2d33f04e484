"""Tables, queries, and SQL of the contacts room."""
