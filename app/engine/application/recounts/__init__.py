"""Counting again what pages show, and correcting it."""
