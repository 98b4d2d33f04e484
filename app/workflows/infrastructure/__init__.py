"""Tables, queries and store of workflows."""
