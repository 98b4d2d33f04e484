"""Tables, queries, and file storage of the files room."""
