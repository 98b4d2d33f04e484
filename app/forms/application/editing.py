"""What users do with forms: create, change, archive, and restore them, and see how often they were
submitted."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.contacts import application as contacts
from app.contacts.domain import clean, name_key
from app.forms.domain.details import (
    DEFAULTS,
    MAX_FORMS,
    OWN,
    STANDARD,
    FormDetails,
    name_problem,
    read_details,
    shown_text,
    stored_as_fields,
    stored_text,
)
from app.forms.infrastructure import queries, store
from app.forms.infrastructure.queries import Counts
from app.forms.infrastructure.tables import HostedForm
from app.messaging import application as messaging
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Invalid, LimitReached, NotFound


@dataclass(frozen=True)
class FormPage:
    """A form with everything about it."""

    id: int
    public_id: str
    name: str
    is_archived: bool
    details: FormDetails
    counts: Counts
    created_at: datetime
    updated_at: datetime
    created_by: int | None


Check = Callable[[FormPage], object]


def list_forms(actor: Actor) -> list[FormPage]:
    """Return the account's forms, those that are archived last."""
    accounts.require(actor, Permission.REPORTS)
    counts = queries.counts(actor.account_id)
    return [_page(row, counts.get(row.id)) for row in queries.forms_of(actor.account_id)]


def find_form(actor: Actor, form_id: int) -> FormPage:
    """Return a form. Raises NotFound."""
    accounts.require(actor, Permission.REPORTS)
    return _found(actor, form_id)


def create_form(actor: Actor, name: str, typed: Mapping[str, str], asked: Mapping[str, str]) -> FormPage:
    """Create a form: `typed` holds texts, `asked` is {key of a field: "optional" or "required"}. Raises
    Invalid with `fields`, and LimitReached."""
    accounts.require(actor, Permission.CONTACTS)
    name = clean(name)
    problem = name_problem(name)
    details = _read(actor, typed, asked, problems={"name": problem} if problem else {})
    with transaction():
        accounts.lock(actor.account_id)
        known = queries.forms_of(actor.account_id)
        if len(known) >= MAX_FORMS:
            raise LimitReached(
                "LIMIT_REACHED",
                f"An account can have up to {MAX_FORMS} forms, including archived ones. Restore and reuse an "
                "archived form.",
            )
        if name_key(name) in {one.name_key for one in known}:
            raise Invalid.in_fields({"name": "Another form has this name."})
        own = {"account_id": actor.account_id, "created_by": actor.user_id}
        added = store.add_form({**own, "name": name, "name_key": name_key(name), **_columns(details)})
        form_id = added.id
        activity.record(actor, "form_created", "form", form_id, name=name)
    return _found(actor, form_id)


def change_form(
    actor: Actor,
    form_id: int,
    typed: Mapping[str, str],
    asked: Mapping[str, str] | None = None,
    check: Check = lambda _form: None,
) -> FormPage:
    """Change a form. Texts that are not typed stay as they are, and so do the fields without `asked`. What
    was submitted before keeps the consent text of its time. Double opt-in may stay on while its emails can’t
    be sent. Raises NotFound, Invalid with `fields`, and what `check` does, which is given the form before
    without its counts."""
    accounts.require(actor, Permission.CONTACTS)
    with transaction():
        accounts.lock(actor.account_id)
        found = _page(_existing(actor, form_id))
        check(found)
        before = found.details
        wanted = _read(actor, before.typed | dict(typed), before.asked if asked is None else asked, before)
        values, known = _columns(wanted), _columns(before)
        changed = [name for name, value in values.items() if value != known[name]]
        if changed:
            store.change_form(actor.account_id, form_id, values)
            activity.record(actor, "form_changed", "form", form_id, name=found.name, changed=changed)
    return _found(actor, form_id)


def archive_form(actor: Actor, form_id: int) -> FormPage:
    """Close a form: its page accepts nothing. Raises NotFound. Idempotent."""
    return _set_archived(actor, form_id, True)


def restore_form(actor: Actor, form_id: int) -> FormPage:
    """Open an archived form again. Raises NotFound. Idempotent."""
    return _set_archived(actor, form_id, False)


def askable_fields(account_id: int) -> frozenset[str]:
    """Return the keys of all fields that a form may ask for."""
    return frozenset((*STANDARD, *(f"{OWN}{key}" for key in contacts.custom_labels(account_id))))


def form_names(account_id: int) -> list[str]:
    """Return the names of the forms that are not archived, by which workflows know them."""
    return [one.name for one in queries.forms_of(account_id) if one.archived_at is None]


def names_using_field(account_id: int, key: str) -> list[tuple[int, str]]:
    """Return (id, name) of the forms that ask for a custom field."""
    wanted = f"{OWN}{key}"
    return [
        (one.id, one.name)
        for one in queries.forms_of(account_id)
        if wanted in {field.key for field in stored_as_fields(one.fields)}
    ]


def details_of(row: HostedForm) -> FormDetails:
    return FormDetails(
        title=row.title,
        introduction=row.introduction,
        fields=stored_as_fields(row.fields),
        consent_text=row.consent_text,
        button=shown_text("button", row.button),
        thanks=shown_text("thanks", row.thanks),
        double_opt_in=row.double_opt_in,
    )


def _set_archived(actor: Actor, form_id: int, is_archived: bool) -> FormPage:
    accounts.require(actor, Permission.CONTACTS)
    with transaction():
        accounts.lock(actor.account_id)
        row = _existing(actor, form_id)
        if (row.archived_at is not None) != is_archived:
            name = row.name
            store.change_form(actor.account_id, form_id, {"archived_at": now() if is_archived else None})
            activity.record(
                actor, "form_archived" if is_archived else "form_restored", "form", form_id, name=name
            )
    return _found(actor, form_id)


def _found(actor: Actor, form_id: int) -> FormPage:
    """Return a form that the actor may see. Not while others wait for a lock: its submissions are counted."""
    row = _existing(actor, form_id)
    return _page(row, queries.counts(actor.account_id, form_id).get(form_id))


def _page(row: HostedForm, counts: Counts | None = None) -> FormPage:
    return FormPage(
        id=row.id,
        public_id=row.public_id,
        name=row.name,
        is_archived=row.archived_at is not None,
        details=details_of(row),
        counts=counts or Counts(),
        created_at=row.created_at,
        updated_at=row.updated_at,
        created_by=row.created_by,
    )


def _read(
    actor: Actor,
    typed: Mapping[str, str],
    asked: Mapping[str, str],
    before: FormDetails | None = None,
    *,
    problems: Mapping[str, str] | None = None,
) -> FormDetails:
    """Return details from what was typed; `before` are those that a form had, `problems` what is wrong
    besides."""
    custom_keys = frozenset(contacts.custom_labels(actor.account_id))
    details = read_details(typed, asked, custom_keys)
    wrong = dict(problems or {}) | (details if isinstance(details, dict) else {})
    is_on = before is not None and before.double_opt_in
    if typed.get("double_opt_in") and not is_on and not messaging.may_send_transactional(actor.account_id):
        wrong["double_opt_in"] = (
            "Confirmation emails need a mail server, a sender, and the public address of this installation. "
            "Set them up first."
        )
    if wrong or isinstance(details, dict):
        raise Invalid.in_fields(wrong)
    return details


def _columns(details: FormDetails) -> dict[str, Any]:
    own = {name: stored_text(name, getattr(details, name)) for name in DEFAULTS}
    return asdict(details) | own | {"fields": details.stored_fields}


def _existing(actor: Actor, form_id: int) -> HostedForm:
    row = queries.form(actor.account_id, form_id)
    if row is None:
        raise NotFound("NOT_FOUND", "This form doesn’t exist.")
    return row
