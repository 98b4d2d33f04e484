"""What users do with forms: create, change, archive, and restore them, and see how often they were
submitted."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.contacts import application as contacts
from app.contacts.domain import clean, name_key
from app.forms.domain.details import (
    MAX_FORMS,
    OWN,
    FormDetails,
    name_problem,
    read_details,
    stored_as_fields,
)
from app.forms.infrastructure import queries, store
from app.forms.infrastructure.queries import Counts
from app.forms.infrastructure.tables import HostedForm
from app.messaging import application as messaging
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Invalid, LimitReached, NotFound


@dataclass(frozen=True)
class ListedForm:
    """A form as lists show it."""

    id: int
    name: str
    is_archived: bool
    double_opt_in: bool
    counts: Counts


@dataclass(frozen=True)
class FormPage:
    """A form with everything about it."""

    id: int
    public_id: str
    name: str
    is_archived: bool
    details: FormDetails
    counts: Counts


def list_forms(actor: Actor) -> list[ListedForm]:
    """Return the account's forms, those that are archived last."""
    accounts.require(actor, Permission.REPORTS)
    counts = queries.counts(actor.account_id)
    return [
        ListedForm(
            row.id,
            row.name,
            row.archived_at is not None,
            row.double_opt_in,
            counts.get(row.id, Counts()),
        )
        for row in queries.forms_of(actor.account_id)
    ]


def find_form(actor: Actor, form_id: int) -> FormPage:
    """Return a form. Raises NotFound."""
    accounts.require(actor, Permission.REPORTS)
    row = _existing(actor, form_id)
    counts = queries.counts(actor.account_id).get(row.id, Counts())
    return FormPage(row.id, row.public_id, row.name, row.archived_at is not None, details_of(row), counts)


def create_form(actor: Actor, name: str, typed: Mapping[str, str], asked: Mapping[str, str]) -> int:
    """Create a form and return its id: `typed` holds texts, `asked` is {key of a field: "optional" or
    "required"}. Raises Invalid with `fields`, and LimitReached."""
    accounts.require(actor, Permission.CONTACTS)
    name = clean(name)
    problem = name_problem(name)
    details = _read(actor, typed, asked, {"name": problem} if problem else {})
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
        activity.record(actor, "form_created", "form", added.id, name=name)
        return added.id


def change_form(actor: Actor, form_id: int, typed: Mapping[str, str], asked: Mapping[str, str]) -> None:
    """Change a form. What was submitted before keeps the consent text of its time. Double opt-in may stay on
    while its emails can’t be sent. Raises NotFound, and Invalid with `fields`."""
    accounts.require(actor, Permission.CONTACTS)
    with transaction():
        accounts.lock(actor.account_id)
        row = _existing(actor, form_id)
        values = _columns(_read(actor, typed, asked, had_double_opt_in=row.double_opt_in))
        changed = [name for name, value in values.items() if getattr(row, name) != value]
        if changed:
            name = row.name
            store.change_form(actor.account_id, form_id, values)
            activity.record(actor, "form_changed", "form", form_id, name=name, changed=changed)


def archive_form(actor: Actor, form_id: int) -> None:
    """Close a form: its page accepts nothing. Raises NotFound. Idempotent."""
    _set_archived(actor, form_id, True)


def restore_form(actor: Actor, form_id: int) -> None:
    """Open an archived form again. Raises NotFound. Idempotent."""
    _set_archived(actor, form_id, False)


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
        button=row.button,
        thanks=row.thanks,
        double_opt_in=row.double_opt_in,
    )


def _set_archived(actor: Actor, form_id: int, is_archived: bool) -> None:
    accounts.require(actor, Permission.CONTACTS)
    with transaction():
        accounts.lock(actor.account_id)
        row = _existing(actor, form_id)
        if (row.archived_at is not None) == is_archived:
            return
        name = row.name
        store.change_form(actor.account_id, form_id, {"archived_at": now() if is_archived else None})
        activity.record(
            actor, "form_archived" if is_archived else "form_restored", "form", form_id, name=name
        )


def _read(
    actor: Actor,
    typed: Mapping[str, str],
    asked: Mapping[str, str],
    problems: Mapping[str, str] | None = None,
    *,
    had_double_opt_in: bool = False,
) -> FormDetails:
    custom_keys = frozenset(contacts.custom_labels(actor.account_id))
    details = read_details(typed, asked, custom_keys)
    wrong = dict(problems or {}) | (details if isinstance(details, dict) else {})
    is_turned_on = bool(typed.get("double_opt_in")) and not had_double_opt_in
    if is_turned_on and not messaging.may_send_singles(actor.account_id):
        wrong["double_opt_in"] = (
            "Confirmation emails need a mail server, a sender, and the public address of this installation. "
            "Set them up first."
        )
    if wrong or isinstance(details, dict):
        raise Invalid.in_fields(wrong)
    return details


def _columns(details: FormDetails) -> dict[str, Any]:
    return asdict(details) | {"fields": details.stored_fields}


def _existing(actor: Actor, form_id: int) -> HostedForm:
    row = queries.form(actor.account_id, form_id)
    if row is None:
        raise NotFound("NOT_FOUND", "This form doesn’t exist.")
    return row
