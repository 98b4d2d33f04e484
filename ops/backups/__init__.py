"""Backups of an installation with the embedded database: one archive each, made while Muster runs, and
restored while it does not."""
