"""Prepare the database for a command, which may be the first program that runs on a new installation."""

from app.gallery.application import load_system_templates
from app.home.infrastructure import health


def prepare_installation() -> None:
    """Apply missing migrations and, if any were missing, load the system templates."""
    if not health.migrations_are_applied():
        health.apply_migrations()
        load_system_templates()
