"""Domain of the gallery: categories, cards, browsing, search, and template files."""
