"""Public interface of the gallery room."""

from app.gallery.application.clone import ClonePreview, clone_preview, clone_template
from app.gallery.application.load import Loaded, load_system_templates
from app.gallery.application.reading import (
    Gallery,
    ListedTemplate,
    TemplateDetails,
    all_templates,
    browse_templates,
    message_of,
    named_template,
    template_details,
)

__all__ = [
    "ClonePreview",
    "Gallery",
    "ListedTemplate",
    "Loaded",
    "TemplateDetails",
    "all_templates",
    "browse_templates",
    "clone_preview",
    "clone_template",
    "load_system_templates",
    "message_of",
    "named_template",
    "template_details",
]
