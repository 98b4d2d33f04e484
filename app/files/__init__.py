"""Uploaded files: kept, read as numbered rows, their columns recognised and mapped, checked up."""
