"""What the gallery knows without a database: categories, template files, search, results and lineage."""
