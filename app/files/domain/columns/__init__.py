"""What a column is: the field it is matched to, and how its values are read."""
