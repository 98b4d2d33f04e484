"""The doors of the room."""

from app.gallery.application.clone import Outlook, clone_template, outlook
from app.gallery.application.load import Loaded, load_system_templates
from app.gallery.application.reading import (
    Browsed,
    Looked,
    all_templates,
    browse_templates,
    look_into,
    message_of,
    named_template,
)

__all__ = [
    "Browsed",
    "Loaded",
    "Looked",
    "Outlook",
    "all_templates",
    "browse_templates",
    "clone_template",
    "load_system_templates",
    "look_into",
    "message_of",
    "named_template",
    "outlook",
]
