"""Saving steps as a new version of a template of the account, unless somebody else saved one meanwhile."""

from typing import Any

from app.accounts.domain import Actor
from app.gallery.application.custom import TemplateChanges, update_template
from app.gallery.application.reading import TemplateDetails
from app.gallery.infrastructure.tables import WorkflowTemplate
from app.platform.errors import Conflict, Invalid, NotFound


class VersionedByOthers(Conflict):
    """The template has a newer version than the one that the user has seen."""

    def __init__(self, template: WorkflowTemplate) -> None:
        super().__init__(
            "CONFLICT",
            f"Someone else has saved version {template.version} of “{template.name}” since you opened this "
            "page. Saving again replaces their steps with yours.",
            version=template.version,
        )


def save_new_version(
    actor: Actor, public_id: str, definition: Any, *, seen: int | None, note: str, new_fields: bool
) -> tuple[TemplateDetails, bool]:
    """Return the changed template, and whether a version was created: not if it has these steps already.

    `seen` is the version that the user has seen; None skips that, for programs. Raises VersionedByOthers,
    Invalid with `fields` if no template is chosen or it doesn't exist, and the same as `update_template`.
    """
    if not public_id:
        raise Invalid.in_fields({"into": "Choose the template that gets the new version."})
    before = 0

    def check(template: WorkflowTemplate) -> None:
        nonlocal before
        before = template.version
        if seen is not None and seen != before:
            raise VersionedByOthers(template)

    changes = TemplateChanges(definition=definition)
    try:
        changed = update_template(actor, public_id, changes, note=note, new_fields=new_fields, check=check)
    except NotFound:
        raise Invalid.in_fields({"into": "This template was deleted. Choose another one."}) from None
    return changed, changed.card.version > before
