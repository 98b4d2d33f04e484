"""Public interface of the gallery room."""

from app.gallery.application.clone import ClonePreview, clone_preview, clone_template
from app.gallery.application.custom import (
    MAX_NOTE,
    TemplateChanges,
    create_template,
    delete_template,
    own_template,
    restore_template,
    update_template,
)
from app.gallery.application.history import TemplateHistory, template_history
from app.gallery.application.library.own import OwnTemplates, own_templates
from app.gallery.application.load import Loaded, load_system_templates
from app.gallery.application.reading import (
    Gallery,
    ListedTemplate,
    Place,
    TemplateDetails,
    all_templates,
    browse_templates,
    list_templates,
    matching_templates,
    message_of,
    named_template,
    template_categories,
    template_details,
    template_ids,
    template_version,
    template_versions,
)
from app.gallery.application.saving import (
    NotReviewed,
    SavedTemplate,
    SavingReview,
    review_saving,
    save_as_template,
)
from app.gallery.application.saving.choices import MAX_CHOSEN, MAX_CHOSEN_TEXT, SavingDraft
from app.gallery.application.trying import (
    TriedTemplate,
    template_paths,
    template_to_try,
    try_template,
)

__all__ = [
    "MAX_CHOSEN",
    "MAX_CHOSEN_TEXT",
    "MAX_NOTE",
    "ClonePreview",
    "Gallery",
    "ListedTemplate",
    "Loaded",
    "NotReviewed",
    "OwnTemplates",
    "Place",
    "SavedTemplate",
    "SavingDraft",
    "SavingReview",
    "TemplateChanges",
    "TemplateDetails",
    "TemplateHistory",
    "TriedTemplate",
    "all_templates",
    "browse_templates",
    "clone_preview",
    "clone_template",
    "create_template",
    "delete_template",
    "list_templates",
    "load_system_templates",
    "matching_templates",
    "message_of",
    "named_template",
    "own_template",
    "own_templates",
    "restore_template",
    "review_saving",
    "save_as_template",
    "template_categories",
    "template_details",
    "template_history",
    "template_ids",
    "template_paths",
    "template_to_try",
    "template_version",
    "template_versions",
    "try_template",
    "update_template",
]
