"""Public interface of the gallery room."""

from app.gallery.application.clone import ClonePreview, clone_preview, clone_template
from app.gallery.application.custom import (
    MAX_NOTE,
    TemplateChanges,
    create_template,
    create_template_from_workflow,
    delete_template,
    own_template,
    restore_template,
    update_template,
)
from app.gallery.application.history import TemplateHistory, template_history
from app.gallery.application.load import Loaded, load_system_templates
from app.gallery.application.reading import (
    Gallery,
    ListedTemplate,
    Place,
    TemplateDetails,
    all_templates,
    browse_templates,
    list_templates,
    message_of,
    named_template,
    template_categories,
    template_details,
    template_ids,
    template_version,
    template_versions,
)

__all__ = [
    "MAX_NOTE",
    "ClonePreview",
    "Gallery",
    "ListedTemplate",
    "Loaded",
    "Place",
    "TemplateChanges",
    "TemplateDetails",
    "TemplateHistory",
    "all_templates",
    "browse_templates",
    "clone_preview",
    "clone_template",
    "create_template",
    "create_template_from_workflow",
    "delete_template",
    "list_templates",
    "load_system_templates",
    "message_of",
    "named_template",
    "own_template",
    "restore_template",
    "template_categories",
    "template_details",
    "template_history",
    "template_ids",
    "template_version",
    "template_versions",
    "update_template",
]
