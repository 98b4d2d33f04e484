"""Export of a selection as a CSV file, safe to open in a spreadsheet and to import again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC

from app.accounts.application import require
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.contacts.application.custom_fields.listing import custom_labels
from app.contacts.application.selecting.selections import contacts_of, find_selection
from app.contacts.domain import FIELDS, birthday_input
from app.contacts.domain.consent import SmsConsentStatus
from app.contacts.infrastructure import queries
from app.contacts.infrastructure.selecting import plain_rows
from app.contacts.infrastructure.selecting import selections as store
from app.contacts.infrastructure.selecting.plain_rows import ConsentRow
from app.contacts.infrastructure.tables import Contact, Tag
from app.platform.clock import now
from app.platform.database import forget_snapshot, transaction
from app.platform.text.spreadsheet_safe import csv_chunks, guarded

SLICE = 1_000


@dataclass(frozen=True)
class Export:
    """The file name and the content, generated while it is sent."""

    name: str
    chunks: Iterator[bytes]


def export_selection(actor: Actor, selection_id: int) -> Export:
    """Return the contacts of a selection as CSV, ordered by id. Raises NotFound.

    It is recorded in the activity log. Contacts are read in slices, so memory use is bounded.
    """
    require(actor, Permission.CONTACTS)
    selected = find_selection(actor, selection_id)
    at = now()
    contacts = contacts_of(actor.account_id, selected.ids, selected.criteria, at)
    labels = custom_labels(actor.account_id)
    with transaction():
        activity.record(actor, "contacts_exported", "contact_export", selected.id, contacts=selected.total)

    def rows() -> Iterator[Sequence[str]]:
        yield _header(labels)
        after = 0
        while ids := store.slice_of(contacts, after, SLICE):
            tags = queries.tags_of(actor.account_id, ids)
            said = plain_rows.sms_consents_of(actor.account_id, ids)
            found = [
                [guarded(cell) for cell in _cells(contact, tags[contact.id], said.get(contact.id), labels)]
                for contact in store.contacts(actor.account_id, ids)
            ]
            forget_snapshot()  # no transaction stays open during a slow download
            yield from found
            after = ids[-1]

    return Export(f"contacts-{at:%Y-%m-%d}.csv", csv_chunks(rows()))


def _header(labels: dict[str, str]) -> list[str]:
    standard = ["Contact ID", *(field.label for field in FIELDS.values()), "Status", "Tags"]
    return [guarded(cell) for cell in (*standard, "Consent basis", "SMS consent", "Added", *labels.values())]


def _cells(
    contact: Contact, tags: Sequence[Tag], said: ConsentRow | None, labels: dict[str, str]
) -> Iterator[str]:
    yield str(contact.id)
    for key in FIELDS:
        value = getattr(contact, key)
        yield "" if value is None else birthday_input(value) if key == "birthday" else str(value)
    yield contact.status
    yield ", ".join(tag.name for tag in tags)
    yield contact.consent_basis or ""
    yield SmsConsentStatus.of(said.is_given).value if said else ""
    yield f"{contact.created_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    custom = contact.custom or {}
    for key in labels:
        yield str(custom.get(key, ""))
