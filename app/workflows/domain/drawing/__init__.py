"""A definition as people see it: drawn, described in words, summed up."""
