"""Writes for erasing a contact, and the erasures whose task is not done."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from app.activity.infrastructure.tables import ContactEvent
from app.contacts.domain import ARRIVALS
from app.contacts.domain.names import MAX_NAME, MAX_TAG, name_key, tag_key
from app.contacts.infrastructure.tables import (
    BulkAction,
    Contact,
    ContactSelection,
    ContactTag,
    Erasure,
    ReceivedEvent,
    Segment,
    SmsConsent,
    Tag,
    TopicStop,
)
from app.platform.database import session
from app.platform.database.redacting import rows_naming
from app.platform.text.redacting import redacted_text

_PLAIN = {"synchronize_session": False}


class OwnCounts(NamedTuple):
    """What belongs to a contact: events of its timeline, those that say where it came from, and tags."""

    events: int
    arrivals: int
    tags: int


def counts(account_id: int, contact_id: int) -> OwnCounts:
    events, arrivals = (
        session()
        .execute(
            sa.select(sa.func.count(), sa.func.count(sa.case((ContactEvent.kind.in_(ARRIVALS), 1)))).where(
                ContactEvent.account_id == account_id, ContactEvent.contact_id == contact_id
            )
        )
        .one()
    )
    tags = session().scalar(
        sa.select(sa.func.count()).where(
            ContactTag.account_id == account_id, ContactTag.contact_id == contact_id
        )
    )
    return OwnCounts(events, arrivals, tags or 0)


def delete_contact(account_id: int, contact_id: int) -> None:
    """Delete a contact with its tags, stopped topics, and received events."""
    for statement in (
        sa.delete(ReceivedEvent).where(
            ReceivedEvent.account_id == account_id, ReceivedEvent.contact_id == contact_id
        ),
        sa.delete(TopicStop).where(TopicStop.account_id == account_id, TopicStop.contact_id == contact_id),
        sa.delete(ContactTag).where(ContactTag.account_id == account_id, ContactTag.contact_id == contact_id),
        sa.delete(Contact).where(Contact.account_id == account_id, Contact.id == contact_id),
    ):
        session().execute(statement, execution_options=_PLAIN)


def forget_sms_consent(account_id: int, phone_key: str) -> None:
    """Forget what a phone number said about text messages, unless another contact has it, too."""
    others = sa.select(Contact.id).where(Contact.account_id == account_id, Contact.phone_key == phone_key)
    if session().scalar(others.limit(1)) is None:
        session().execute(
            sa.delete(SmsConsent).where(
                SmsConsent.account_id == account_id, SmsConsent.phone_key == phone_key
            ),
            execution_options=_PLAIN,
        )


class Filtered(NamedTuple):
    """A row with a criteria document: a segment, a selection, or a bulk action, which has no name."""

    table: Any
    id: int
    criteria: Any
    name: str = ""


def segments(account_id: int) -> list[Filtered]:
    """Return the segments of an account."""
    query = sa.select(Segment.id, Segment.criteria, Segment.name).where(Segment.account_id == account_id)
    return [Filtered(Segment, *row) for row in session().execute(query)]


def filters(account_id: int) -> list[Filtered]:
    """Return everything of an account that has a criteria document."""
    found = segments(account_id)
    selections = sa.select(ContactSelection.id, ContactSelection.criteria, ContactSelection.name).where(
        ContactSelection.account_id == account_id, ContactSelection.ids.is_(None)
    )
    found += [Filtered(ContactSelection, *row) for row in session().execute(selections)]
    actions = sa.select(BulkAction.id, BulkAction.criteria).where(
        BulkAction.account_id == account_id, BulkAction.ids.is_(None)
    )
    return found + [Filtered(BulkAction, *row) for row in session().execute(actions)]


def change_filter(account_id: int, filtered: Filtered, criteria: Any, name: str) -> None:
    """Replace the criteria and the name of a row. The name of a segment gets its number, because names are
    unique."""
    table = filtered.table
    values: dict[str, Any] = {"criteria": criteria}
    if name != filtered.name:
        name = f"{name[: MAX_NAME - 12]} {filtered.id}"
        values |= (
            {"name": name, "name_key": name_key(name) or name.casefold()}
            if table is Segment
            else {"name": name}
        )
    session().execute(
        sa.update(table).where(table.account_id == account_id, table.id == filtered.id).values(values),
        execution_options=_PLAIN,
    )


def tags_naming(account_id: int, addresses: Collection[str]) -> list[tuple[int, str]]:
    """Return (id, name) of the tags that have one of the addresses in their name."""
    found = rows_naming(Tag.__table__, ["name"], account_id, addresses)
    return [(tag_id, name) for tag_id, name in found if redacted_text(name, addresses) != name]


def rename_tag(account_id: int, tag_id: int, name: str) -> None:
    """Rename a tag. The name gets its number, because names are unique."""
    name = f"{name[: MAX_TAG - 20]} {tag_id}"
    session().execute(
        sa.update(Tag)
        .where(Tag.account_id == account_id, Tag.id == tag_id)
        .values(name=name, name_key=tag_key(name)),
        execution_options=_PLAIN,
    )


def redact_consent_sources(account_id: int, addresses: Collection[str]) -> None:
    """Remove the addresses from the sources of consent of other contacts, such as names of files."""
    is_named = [sa.func.lower(Contact.consent_source).contains(one, autoescape=True) for one in addresses]
    named = sa.select(Contact.consent_source).where(Contact.account_id == account_id, sa.or_(*is_named))
    for source in session().scalars(named.distinct()).all() if addresses else []:
        session().execute(
            sa.update(Contact)
            .where(Contact.account_id == account_id, Contact.consent_source == source)
            .values(consent_source=redacted_text(source or "", addresses), updated_at=Contact.updated_at),
            execution_options=_PLAIN,
        )


def redact_sms_sources(account_id: int, addresses: Collection[str]) -> None:
    """Remove the addresses from the sources of consent to text messages."""
    one = SmsConsent.__table__.c
    is_named = [sa.func.lower(one.source).contains(address, autoescape=True) for address in addresses]
    named = sa.select(one.source).where(one.account_id == account_id, sa.or_(*is_named))
    for source in session().scalars(named.distinct()).all() if addresses else []:
        session().execute(
            sa.update(SmsConsent)
            .where(SmsConsent.account_id == account_id, SmsConsent.source == source)
            .values(source=redacted_text(source, addresses)),
            execution_options=_PLAIN,
        )


def add_erasure(account_id: int, contact_id: int, person: dict[str, Any]) -> int:
    erasure = Erasure(account_id=account_id, contact_id=contact_id, person=person)
    session().add(erasure)
    session().flush()
    return erasure.id


def erasure(account_id: int, erasure_id: int) -> Erasure | None:
    return session().scalar(
        sa.select(Erasure).where(Erasure.account_id == account_id, Erasure.id == erasure_id)
    )


def delete_erasure(account_id: int, erasure_id: int) -> None:
    session().execute(
        sa.delete(Erasure).where(Erasure.account_id == account_id, Erasure.id == erasure_id),
        execution_options=_PLAIN,
    )


def waiting_erasures(before: datetime) -> list[tuple[int, int]]:
    """Return (account, erasure) of those that were requested before this moment."""
    query = sa.select(Erasure.account_id, Erasure.id).where(Erasure.created_at < before)
    rows = session().execute(query, execution_options={"cross_account": True})
    return [(row[0], row[1]) for row in rows]
