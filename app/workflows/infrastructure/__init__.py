"""Where the rows of this room are kept, and how they are read and written."""
