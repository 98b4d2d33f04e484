"""Tables of contacts, tags, and custom fields.

Keys are computed in Python (`platform.addresses`), never in SQL: `lower()` differs between the databases
outside ASCII. Keys of contacts use a bytewise collation, so that a prefix search is an index range scan.
`created_job_id` and `added_job_id` name the bulk enrollment that wrote a row, so that it can be undone.
"""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.contacts.domain.consent import MAX_CONSENT_SOURCE, Status
from app.contacts.domain.names import MAX_NAME, MAX_TAG
from app.contacts.domain.topics import MAX_SOURCE, MAX_TOPIC
from app.platform.clock import now
from app.platform.database import IDS_NOT_REUSED, Authored, BigInt, db, key_text
from app.platform.tenancy import AccountOwned

HAS_PHONE = sa.text("phone_key IS NOT NULL")
HAS_BIRTHDAY = sa.text("birthday IS NOT NULL")
HAS_ZONE = sa.text("time_zone IS NOT NULL")
OPEN = sa.text("finished_at IS NULL")


# A full name sorts by this after the first name; NULL would not compare.
LAST_NAME = sa.text("coalesce(last_name_key, '')")


class Contact(AccountOwned, Authored, db.Model):
    __tablename__ = "contacts"
    __table_args__ = (
        sa.UniqueConstraint("account_id", "email_key"),
        sa.Index(None, "account_id", "id"),
        # With contacts that have no phone it would be the smallest index, and be taken for other look-ups.
        sa.Index(None, "account_id", "phone_key", sqlite_where=HAS_PHONE, postgresql_where=HAS_PHONE),
        sa.Index(None, "account_id", "status", "id"),
        sa.Index("ix_contacts_full_name", "account_id", "first_name_key", LAST_NAME, "id"),
        sa.Index(None, "account_id", "last_name_key", "id", "first_name_key"),
        sa.Index(
            "ix_contacts_birthday",
            "account_id",
            "birthday",
            sqlite_where=HAS_BIRTHDAY,
            postgresql_where=HAS_BIRTHDAY,
        ),
        sa.Index(
            "ix_contacts_time_zone",
            "account_id",
            "time_zone",
            sqlite_where=HAS_ZONE,
            postgresql_where=HAS_ZONE,
        ),
        IDS_NOT_REUSED,
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    email: Mapped[str | None] = mapped_column(sa.String(254))
    email_key: Mapped[str | None] = mapped_column(key_text(254))
    phone: Mapped[str | None] = mapped_column(sa.String(40))
    phone_key: Mapped[str | None] = mapped_column(key_text(20))
    first_name: Mapped[str | None] = mapped_column(sa.String(120))
    last_name: Mapped[str | None] = mapped_column(sa.String(120))
    first_name_key: Mapped[str | None] = mapped_column(key_text(120))
    last_name_key: Mapped[str | None] = mapped_column(key_text(120))
    company: Mapped[str | None] = mapped_column(sa.String(200))
    city: Mapped[str | None] = mapped_column(sa.String(120))
    country: Mapped[str | None] = mapped_column(sa.String(60))
    birthday: Mapped[date | None]
    time_zone: Mapped[str | None] = mapped_column(sa.String(60))
    custom: Mapped[dict[str, Any] | None]
    status: Mapped[str] = mapped_column(sa.String(12), default=Status.ACTIVE.value)
    status_at: Mapped[datetime | None]
    consent_basis: Mapped[str | None] = mapped_column(sa.String(30))
    consent_source: Mapped[str | None] = mapped_column(sa.String(200))
    consent_at: Mapped[datetime | None]
    created_job_id: Mapped[int | None] = mapped_column(BigInt)


class Tag(AccountOwned, Authored, db.Model):
    __tablename__ = "tags"
    __table_args__ = (sa.UniqueConstraint("account_id", "name_key"), IDS_NOT_REUSED)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(MAX_TAG))
    name_key: Mapped[str] = mapped_column(sa.String(MAX_TAG))


class ContactTag(AccountOwned, db.Model):
    """Contact–tag pairs. No foreign keys, because a job inserts one row for each of its contacts."""

    __tablename__ = "contact_tags"
    __table_args__ = (sa.Index(None, "contact_id", "tag_id"),)

    tag_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    contact_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    added_at: Mapped[datetime] = mapped_column(default=now)
    added_job_id: Mapped[int | None] = mapped_column(BigInt)


class Segment(AccountOwned, Authored, db.Model):
    """A saved filter: a criteria document under a name."""

    __tablename__ = "segments"
    __table_args__ = (sa.UniqueConstraint("account_id", "name_key"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(MAX_NAME))
    name_key: Mapped[str] = mapped_column(sa.String(2 * MAX_NAME))
    criteria: Mapped[dict[str, Any]]


class ListColumns(AccountOwned, db.Model):
    """The columns of the contact list that a user has chosen."""

    __tablename__ = "list_columns"

    account_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    columns: Mapped[list[str]]


class ContactSelection(AccountOwned, db.Model):
    """Contacts that a user has selected, kept until an action on them is chosen: `ids`, or those that meet
    `criteria`. `name` is that of the segment, if any; `total` is their number at that time."""

    __tablename__ = "contact_selections"
    __table_args__ = (sa.Index(None, "created_at"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    ids: Mapped[list[int] | None]
    criteria: Mapped[dict[str, Any] | None]
    name: Mapped[str] = mapped_column(sa.String(MAX_NAME), default="")
    total: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by: Mapped[int | None] = mapped_column(BigInt)


class BulkAction(AccountOwned, Authored, db.Model):
    """A change of all contacts of a selection, made in steps by increasing id.

    `kind` is tag, untag, or delete. `last_id` is the highest id that is done; ids above `upto_id` did not
    exist when it started. `done` contacts have been processed, of which `changed` were not so already.
    """

    __tablename__ = "bulk_actions"
    __table_args__ = (
        sa.Index("ix_bulk_actions_open", "updated_at", sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(10))
    tag_id: Mapped[int | None] = mapped_column(BigInt)
    ids: Mapped[list[int] | None]
    criteria: Mapped[dict[str, Any] | None]
    total: Mapped[int]
    upto_id: Mapped[int] = mapped_column(BigInt)
    last_id: Mapped[int] = mapped_column(BigInt, default=0)
    done: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]


class CustomField(AccountOwned, Authored, db.Model):
    """A custom field. Its values are in `Contact.custom` under `key`.

    `kind`, `choices` and `aliases` are those of `domain.own_fields.OwnField`. While `task` is set (convert,
    merge into the field `merge_into`, delete), its values are changed; contacts up to the id `done_through`
    are done.
    """

    __tablename__ = "custom_fields"
    __table_args__ = (sa.UniqueConstraint("account_id", "key"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(60))
    label: Mapped[str] = mapped_column(sa.String(120))
    kind: Mapped[str] = mapped_column(sa.String(10), default="text", server_default="text")
    choices: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    aliases: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    task: Mapped[str] = mapped_column(sa.String(10), default="", server_default="")
    merge_into: Mapped[int | None] = mapped_column(BigInt)
    done_through: Mapped[int] = mapped_column(BigInt, default=0, server_default="0")


class ReceivedEvent(AccountOwned, db.Model):
    """Something that happened to a contact elsewhere, as another system reported it, such as a purchase.

    `key` is the sender's id of the event, so that it counts once; `data` are its details.
    """

    __tablename__ = "received_events"
    __table_args__ = (
        sa.UniqueConstraint("account_id", "key"),
        sa.Index(None, "contact_id", "id"),
        IDS_NOT_REUSED,
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    key: Mapped[str] = mapped_column(key_text(100))
    type: Mapped[str] = mapped_column(sa.String(40))
    contact_id: Mapped[int] = mapped_column(BigInt)
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(default=now)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)


class SmsConsent(AccountOwned, db.Model):
    """Whether a phone number agrees to text messages; nobody knows without a row. It is the number that
    agrees, so a contact that gets another number has not. `source` says where and how."""

    __tablename__ = "sms_consents"

    account_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    phone_key: Mapped[str] = mapped_column(key_text(20), primary_key=True)
    is_given: Mapped[bool]
    source: Mapped[str] = mapped_column(sa.String(MAX_CONSENT_SOURCE))
    at: Mapped[datetime]


class Topic(AccountOwned, Authored, db.Model):
    """What marketing emails of an account are about. `key` is how steps of workflows name it, whatever it is
    called. An archived one is no longer offered, but whoever has stopped it still gets no emails about it."""

    __tablename__ = "topics"
    __table_args__ = (
        sa.UniqueConstraint("account_id", "key"),
        sa.UniqueConstraint("account_id", "name_key"),
        IDS_NOT_REUSED,
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(MAX_TOPIC))
    name: Mapped[str] = mapped_column(sa.String(MAX_TOPIC))
    name_key: Mapped[str] = mapped_column(sa.String(MAX_NAME))
    archived_at: Mapped[datetime | None]


class TopicStop(AccountOwned, db.Model):
    """A contact that gets no more emails about a topic, named by its key. `source` says where it has said
    so."""

    __tablename__ = "topic_stops"
    __table_args__ = (sa.Index(None, "account_id", "topic"),)

    account_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    contact_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    topic: Mapped[str] = mapped_column(sa.String(MAX_TOPIC), primary_key=True)
    source: Mapped[str] = mapped_column(sa.String(MAX_SOURCE))
    at: Mapped[datetime]


class Erasure(AccountOwned, db.Model):
    """A contact that is being erased. `person` is what jobs and files are searched for; the row is deleted
    when that is done."""

    __tablename__ = "erasures"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    contact_id: Mapped[int] = mapped_column(BigInt)
    person: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=now)


class DailyCount(AccountOwned, db.Model):
    """Numbers of an account's contacts, and of those who may be contacted, at the end of a day (UTC); so far
    for the current day. Days without a change may be missing."""

    __tablename__ = "contact_counts"

    account_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(primary_key=True)
    contacts: Mapped[int]
    reachable: Mapped[int]
