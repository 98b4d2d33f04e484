"""The versions of a template: listed, shown, compared, and restored (T-13)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.accounts import application as accounts
from app.accounts.application import filled_tags, require
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.gallery.application.custom import Check, TemplateChanges, update_template
from app.gallery.application.reading import (
    TemplateDetails,
    find_template,
    template_version,
    template_versions,
)
from app.gallery.domain.merging import Change, compare_versions
from app.gallery.infrastructure.tables import WorkflowTemplate
from app.platform.database import transaction
from app.workflows import application as workflows
from app.workflows.domain import Drawing, draw, parse

PAGE: Final = 25


@dataclass(frozen=True)
class Version:
    """A version in a list. `author` is None if it came with Muster, or if nobody is known."""

    number: int
    note: str
    created_at: datetime
    author: str | None


@dataclass(frozen=True)
class VersionList:
    """A page of versions, newest first; `next` is where the next page begins."""

    template: WorkflowTemplate
    versions: Sequence[Version]
    next: int | None
    may_restore: bool


@dataclass(frozen=True)
class ShownVersion:
    """One version with its drawing."""

    template: WorkflowTemplate
    version: Version
    drawing: Drawing
    may_restore: bool


@dataclass(frozen=True)
class ComparedVersions:
    """What differs between two versions."""

    template: WorkflowTemplate
    earlier: int
    later: int
    changes: Sequence[Change]


def list_versions(actor: Actor, public_id: str, before: int | None = None) -> VersionList:
    """Return a page of the versions of a template, below the number `before`. Raises NotFound."""
    require(actor, Permission.REPORTS)
    template, found = template_versions(actor, public_id, limit=PAGE + 1, before=before)
    shown = found[:PAGE]
    names = accounts.user_names(one.created_by for one in shown)
    return VersionList(
        template=template,
        versions=[
            Version(one.number, one.note, one.created_at, names.get(one.created_by or 0)) for one in shown
        ],
        next=shown[-1].number if len(found) > PAGE else None,
        may_restore=_may_restore(actor, template),
    )


def show_version(actor: Actor, public_id: str, number: int) -> ShownVersion:
    """Return one version of a template. Raises NotFound."""
    require(actor, Permission.REPORTS)
    template, found = template_version(actor, public_id, number)
    definition = parse(found.definition)
    author = accounts.user_names([found.created_by]).get(found.created_by or 0)
    return ShownVersion(
        template=template,
        version=Version(found.number, found.note, found.created_at, author),
        drawing=draw(
            definition,
            missing=workflows.missing_services(actor.account_id, definition),
            workflows=workflows.linked_names(actor.account_id, definition),
            filled=filled_tags(actor.account_id),
        ),
        may_restore=_may_restore(actor, template) and number != template.version,
    )


def compare_template_versions(actor: Actor, public_id: str, one: int, other: int) -> ComparedVersions:
    """Return what differs between two versions of a template, whichever is given first. Raises NotFound."""
    require(actor, Permission.REPORTS)
    (template, earlier), (_, later) = (
        template_version(actor, public_id, number) for number in sorted((one, other))
    )
    first, second = parse(earlier.definition), parse(later.definition)
    names = workflows.linked_names(actor.account_id, first) or workflows.linked_names(
        actor.account_id, second
    )
    return ComparedVersions(template, earlier.number, later.number, compare_versions(first, second, names))


def restore_version(
    actor: Actor, public_id: str, number: int, *, note: str = "", check: Check | None = None
) -> TemplateDetails:
    """Make the definition of an earlier version that of a new one, unless it is the current one already.

    Raises NotFound, Conflict (TEMPLATE_READ_ONLY) for a system template, Invalid if the definition is no
    longer valid, and what `check` raises.
    """
    require(actor, Permission.TEMPLATES)
    with transaction():
        accounts.lock(actor.account_id)
        _, version = template_version(actor, public_id, number)
        before = find_template(actor, public_id).version
        changes = TemplateChanges(definition=version.definition)
        note = note or f"Restored version {number}."
        restored = update_template(
            actor, public_id, changes, note=note, new_fields=True, any_workflow=True, check=check
        )
        if restored.card.version != before:
            activity.record(
                actor,
                "template_version_restored",
                "template",
                public_id,
                name=restored.card.name,
                restored=number,
                version=restored.card.version,
            )
        return restored


def _may_restore(actor: Actor, template: WorkflowTemplate) -> bool:
    return actor.may(Permission.TEMPLATES) and template.account_id == actor.account_id
