"""Shared infrastructure that every room uses: settings, database, queue, web, logging, formats."""
