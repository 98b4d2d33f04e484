"""What a template needs, on a page and for programs, and the choice of contact fields."""
