"""Notes about contacts, and tasks that people have to do about them."""
