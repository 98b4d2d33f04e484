"""A command may be the first that ever runs here: it finds a database of this version, with templates."""

from app.gallery.application import load_system_templates
from app.home.infrastructure import health


def prepare_installation() -> None:
    """Migrate and load the system templates where that was not done yet."""
    if not health.migrations_are_applied():
        health.bring_up_to_date()
        load_system_templates()
