"""Custom templates of an account (T-16): creating, changing, deleting, and restoring them.

Each change is a new version, and versions never change. A template is validated before it is saved, because
its definition may come from anywhere.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.gallery.application.merging.announcing import tell_owners
from app.gallery.application.reading import TemplateDetails, details_of, find_template
from app.gallery.application.soundness import Sound, checked_definition
from app.gallery.domain.card import kept_summary
from app.gallery.domain.categories import CUSTOM
from app.gallery.domain.details import Details
from app.gallery.domain.library.restoring import DAYS, restorable_since
from app.gallery.infrastructure import library, queries, store
from app.gallery.infrastructure.tables import WorkflowTemplate
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Conflict, Invalid, LimitReached, NotFound
from app.platform.ids import is_public_id
from app.platform.settings import current
from app.platform.text.words import sentence
from app.workflows.domain.checks.storable import unstorable

MAX_NOTE: Final = 500

Check = Callable[[WorkflowTemplate], object]
"""Called with the locked template before it is changed; raises if the caller has seen another version."""


@dataclass(frozen=True)
class TemplateChanges:
    """New values of a template; None leaves one as it is."""

    name: str | None = None
    description: str | None = None
    category: str | None = None
    tags: Sequence[str] | None = None
    definition: Any = None


def create_template(
    actor: Actor,
    *,
    name: str,
    definition: Any,
    description: str = "",
    category: str = CUSTOM,
    tags: Sequence[str] = (),
    note: str = "",
    new_fields: bool = False,
    any_workflow: bool = False,
    is_imported: bool = False,
    source: Mapping[str, Any] | None = None,
) -> TemplateDetails:
    """Create a template from a definition, which may be any JSON. `source` are facts for the audit log.

    With `new_fields`, contact fields that do not exist yet may be used; cloning creates them. With
    `any_workflow`, it may refer to workflows of another account. Raises Invalid (VALIDATION_ERROR with
    `fields`, INVALID_TEMPLATE with `problems`) and LimitReached.
    """
    accounts.require(actor, Permission.TEMPLATES)
    details = checked_details(
        Details.tidied(name=name, category=category, description=description, tags=tags)
    )
    note = _checked_note(note)
    sound = checked_definition(actor, definition, new_fields=new_fields, any_workflow=any_workflow)
    with transaction():
        accounts.lock(actor.account_id)
        _raise_if_full(actor.account_id)
        template = WorkflowTemplate(account_id=actor.account_id, created_by=actor.user_id, version=1)
        _write(template, details, sound)
        store.add_templates([template])
        store.add_own_version(template, sound.document, note, actor.user_id)
        activity.record(
            actor,
            "template_imported" if is_imported else "template_created",
            "template",
            template.public_id,
            name=template.name,
            **(source or {}),
        )
        return details_of(actor, template)


def update_template(
    actor: Actor,
    public_id: str,
    changes: TemplateChanges,
    *,
    note: str = "",
    new_fields: bool = False,
    any_workflow: bool = False,
    check: Check | None = None,
) -> TemplateDetails:
    """Change a template of the account, which creates a version unless nothing differs.

    Raises NotFound, Conflict (TEMPLATE_READ_ONLY) for a system template, the same as `create_template`, and
    what `check` raises.
    """
    accounts.require(actor, Permission.TEMPLATES)
    _own_template(actor, public_id)
    note = _checked_note(note)
    sound = None
    if changes.definition is not None:
        sound = checked_definition(
            actor, changes.definition, new_fields=new_fields, any_workflow=any_workflow
        )
    with transaction():
        accounts.lock(actor.account_id)
        template = _own_template(actor, public_id)
        if check is not None:
            check(template)
        details = checked_details(_merged(template, changes))
        before = queries.current_definition(template)
        sound = sound or Sound(before.document, before)
        changed = _changed(template, details, is_redefined=sound.document != before.document)
        if not changed:
            return details_of(actor, template)
        template.version += 1
        template.updated_at = now()
        _write(template, details, sound)
        store.add_own_version(template, sound.document, note, actor.user_id)
        tell_owners(template)
        activity.record(
            actor,
            "template_changed",
            "template",
            public_id,
            name=template.name,
            version=template.version,
            changed=changed,
        )
        return details_of(actor, template)


def delete_template(actor: Actor, public_id: str, *, check: Check | None = None) -> None:
    """Delete a template of the account. Workflows created from it, versions, and uses stay.

    Raises NotFound, Conflict (TEMPLATE_READ_ONLY) for a system template, and what `check` raises.
    """
    accounts.require(actor, Permission.TEMPLATES)
    with transaction():
        accounts.lock(actor.account_id)
        template = _own_template(actor, public_id)
        if check is not None:
            check(template)
        template.deleted_at = now()
        activity.record(actor, "template_deleted", "template", public_id, name=template.name, is_deleted=True)


def restore_template(actor: Actor, public_id: str) -> WorkflowTemplate:
    """Bring a deleted template of the account back, as it was.

    Raises NotFound, also if it was deleted too long ago, and LimitReached.
    """
    accounts.require(actor, Permission.TEMPLATES)
    with transaction():
        accounts.lock(actor.account_id)
        template = None
        if is_public_id(public_id):
            template = library.deleted_template(actor.account_id, public_id, restorable_since(now()))
        if template is None:
            raise NotFound(
                "TEMPLATE_NOT_FOUND",
                f"There is nothing to restore: templates can be restored for {DAYS} days after they were "
                "deleted.",
                next_url="/templates/library",
                next_label="See your templates",
            )
        _raise_if_full(actor.account_id)
        template.deleted_at = None
        template.updated_at = now()
        activity.record(actor, "template_restored", "template", public_id, name=template.name)
        return template


def own_template(actor: Actor, public_id: str) -> WorkflowTemplate:
    """Return a template of the account, to be changed. Raises NotFound, and Conflict (TEMPLATE_READ_ONLY) for
    a system template and one that the agency shares."""
    accounts.require(actor, Permission.TEMPLATES)
    return _own_template(actor, public_id)


def checked_details(details: Details) -> Details:
    """Raise Invalid, with `fields`, unless all details are valid."""
    if found := details.problems():
        fields = {name: f"{sentence(words)}." for name, words in found.items()}
        name, first = next(iter(fields.items()))
        raise Invalid("VALIDATION_ERROR", f"{name}: {first}", fields=fields)
    return details


def _own_template(actor: Actor, public_id: str) -> WorkflowTemplate:
    template = find_template(actor, public_id)
    if template.account_id is None:
        raise Conflict(
            "TEMPLATE_READ_ONLY",
            f"“{template.name}” comes with Muster and can’t be changed. Copy it to your own templates, and "
            "change the copy.",
        )
    if template.account_id != actor.account_id:
        raise Conflict(
            "TEMPLATE_READ_ONLY",
            f"“{template.name}” belongs to your agency, so only its team can change it. Copy it to your own "
            "templates, and change the copy.",
        )
    return template


def _merged(template: WorkflowTemplate, changes: TemplateChanges) -> Details:
    return Details.tidied(
        name=template.name if changes.name is None else changes.name,
        category=template.category if changes.category is None else changes.category,
        description=template.description if changes.description is None else changes.description,
        tags=template.tags if changes.tags is None else changes.tags,
    )


def _details(template: WorkflowTemplate) -> Details:
    return _merged(template, TemplateChanges())


def _changed(template: WorkflowTemplate, details: Details, *, is_redefined: bool) -> list[str]:
    """Return the names of what a change changes, for the audit log."""
    before = _details(template)
    names = [name for name in Details.__slots__ if getattr(before, name) != getattr(details, name)]
    return [*names, "definition"] if is_redefined else names


def _write(template: WorkflowTemplate, details: Details, sound: Sound) -> None:
    template.name = details.name
    template.description = details.description
    template.category = details.category
    template.tags = list(details.tags)
    template.summary = kept_summary(sound.definition)


def _checked_note(note: str) -> str:
    tidy = " ".join(note.split())
    if len(tidy) > MAX_NOTE or unstorable(tidy):
        words = f"Must have at most {MAX_NOTE} characters, all of which can be saved."
        raise Invalid("VALIDATION_ERROR", f"note: {words}", fields={"note": words})
    return tidy


def _raise_if_full(account_id: int) -> None:
    if accounts.is_agency(account_id):
        return
    limit = accounts.limit_of(account_id, "templates", current().max_templates)
    if queries.count_own(account_id) >= limit:
        raise LimitReached(
            "TEMPLATE_LIMIT_REACHED",
            f"Your account has reached its limit of {limit:,} custom templates. Delete one you don’t need.",
            limit=limit,
        )
