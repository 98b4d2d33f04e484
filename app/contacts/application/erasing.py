"""Erasing a contact: what is known about the person is deleted everywhere, and figures stay right.

At once, in one transaction: the contact, its tags and timeline, and its active enrollments. Then a task goes
through the rows of jobs and the uploaded files, which may take a while. Rooms register their part. Until the
task is done, `erasures` holds what it looks for; afterward nothing is left but the number of the contact, in
rows, enrollments, and the audit log.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, NamedTuple

from app.accounts import application as accounts
from app.accounts.application import api_requests, require
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.contacts.application import happenings
from app.contacts.application.lookup import existing
from app.contacts.application.showing import TaggedContact, tagged
from app.contacts.domain.criteria.rewriting import without_person
from app.contacts.domain.names import full_name
from app.contacts.infrastructure.removing import erasure_store
from app.contacts.infrastructure.removing.erasure_store import Filtered
from app.contacts.infrastructure.removing.locks import LockFor
from app.contacts.infrastructure.tables import Contact
from app.notifications import application as notifications
from app.platform import queue
from app.platform.clock import now
from app.platform.database import after_commit, transaction
from app.platform.logs import log
from app.platform.text.redacting import redacted_text
from app.platform.text.words import counted

ERASE_TASK = "contacts.erase_traces"
UNTOUCHED = timedelta(minutes=5)
MIN_PHONE_DIGITS: Final = 7


@dataclass(frozen=True)
class ErasedPerson:
    """Who is erased. `keys` are the email and phone keys by which rows name the contact; `texts` are
    lower-case texts that name the person in files: the email address and, without one, the phone number.
    `values` are the person's name and numbers, which may be quoted somewhere."""

    account_id: int
    contact_id: int
    keys: tuple[str, ...]
    texts: tuple[str, ...]
    values: tuple[str, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """The email addresses, in lower case."""
        return tuple({one.lower() for one in (*self.keys, *self.texts) if "@" in one})

    @property
    def numbers(self) -> tuple[str, ...]:
        """The phone numbers with a country code."""
        return tuple(one for one in self.keys if "@" not in one)


class Trace(NamedTuple):
    """A sentence about what erasing will do, such as “2 rows of jobs are blanked.”"""

    text: str


@dataclass(frozen=True)
class Eraser:
    """A room's part. `preview` returns what will happen; `check` raises Conflict if the person can't be
    erased now; `at_once` runs in the transaction, `traces` later in a task, possibly more than once."""

    preview: Callable[[ErasedPerson], Sequence[Trace]]
    check: Callable[[ErasedPerson], None] = lambda _person: None
    at_once: Callable[[ErasedPerson], None] = lambda _person: None
    traces: Callable[[ErasedPerson], None] = lambda _person: None


_erasers: Final[dict[str, Eraser]] = {}


def register_eraser(name: str, eraser: Eraser) -> None:
    """Register what another room erases."""
    _erasers[name] = eraser


@dataclass(frozen=True)
class ErasurePreview:
    """What erasing a contact will do."""

    contact: Contact
    traces: Sequence[Trace]


def erasure_preview(actor: Actor, contact_id: int) -> ErasurePreview:
    """Return what erasing the contact will do. Raises NotFound and NotAllowed."""
    require(actor, Permission.CONTACTS)
    contact = existing(actor, contact_id)
    person = _person(contact)
    own = erasure_store.counts(actor.account_id, contact_id)
    entries = own.events if own.arrivals else own.events + 1  # the timeline says anyway where one came from
    traces = [Trace(f"Timeline entries: {entries:,}. Tags: {own.tags:,}.")]
    if named := sum(_names(person, one) for one in erasure_store.segments(actor.account_id)):
        traces.append(Trace(f"{counted(named, 'segment')} will no longer name this person."))
    traces += [trace for eraser in _erasers.values() for trace in eraser.preview(person)]
    return ErasurePreview(contact, traces)


def erase_contact(
    actor: Actor, contact_id: int, check: Callable[[TaggedContact], object] | None = None
) -> None:
    """Erase a contact. `check` gets it as it is, locked, and may raise. Raises NotFound, NotAllowed, and
    Conflict while a job that is not over names the person."""
    require(actor, Permission.CONTACTS)
    with transaction():
        accounts.lock(actor.account_id)
        contact = existing(actor, contact_id, LockFor.REMOVAL)
        if check is not None:
            check(tagged(actor.account_id, contact.id))
        person = _person(contact)
        for eraser in _erasers.values():
            eraser.check(person)
        for eraser in _erasers.values():
            eraser.at_once(person)
        _forget_in_filters(person)
        api_requests.forget_answers(actor.account_id, [*person.texts, f'/contacts/{contact_id}"'])
        happenings.note_removal()
        activity.forget_contact(actor.account_id, contact_id)
        phone_key = contact.phone_key
        erasure_store.delete_contact(actor.account_id, contact_id)
        if phone_key:
            erasure_store.forget_sms_consent(actor.account_id, phone_key)
        erasure_id = erasure_store.add_erasure(
            actor.account_id,
            contact_id,
            {"keys": person.keys, "texts": person.texts, "values": person.values},
        )
        activity.record(actor, "contact_erased", "contact", contact_id)
        after_commit(lambda: queue.send(ERASE_TASK, actor.account_id, erasure_id))


def criteria_without(person: ErasedPerson, criteria: Any) -> Any:
    """Return a criteria document in which rules that name the person's addresses or phone numbers name
    nobody."""
    return without_person(criteria, person.addresses, person.numbers)


def _names(person: ErasedPerson, segment: Filtered) -> bool:
    return criteria_without(person, segment.criteria) != segment.criteria or segment.name != redacted_text(
        segment.name, person.addresses
    )


def _forget_in_filters(person: ErasedPerson) -> None:
    """Remove the person's addresses and phone numbers from segments, selections, and bulk actions."""
    for filtered in erasure_store.filters(person.account_id):
        criteria = criteria_without(person, filtered.criteria)
        name = redacted_text(filtered.name, person.addresses)
        if criteria != filtered.criteria or name != filtered.name:
            erasure_store.change_filter(person.account_id, filtered, criteria, name)


def _forget_in_names(person: ErasedPerson) -> None:
    """Remove the person's addresses from the names that users gave, and from what was recorded with them."""
    activity.redact_texts(person.account_id, person.addresses)
    notifications.redact_texts(person.account_id, person.addresses)
    erasure_store.redact_consent_sources(person.account_id, person.addresses)
    erasure_store.redact_sms_sources(person.account_id, person.addresses)
    for tag_id, name in erasure_store.tags_naming(person.account_id, person.addresses):
        erasure_store.rename_tag(person.account_id, tag_id, redacted_text(name, person.addresses))


def erase_traces(account_id: int, erasure_id: int) -> None:
    """Erase what is left of a person in jobs, files, and names. Repeating it does no harm."""
    found = erasure_store.erasure(account_id, erasure_id)
    if found is None:
        return
    known = {name: tuple(found.person[name]) for name in ("keys", "texts", "values")}
    person = ErasedPerson(account_id, found.contact_id, **known)
    for eraser in _erasers.values():
        eraser.traces(person)
    with transaction():
        _forget_in_names(person)
        erasure_store.delete_erasure(account_id, erasure_id)
    log.info("contact_erased", extra={"account": account_id, "contact": person.contact_id})


def resume_erasures() -> None:
    """Enqueue a task for each erasure whose task was lost."""
    for account_id, erasure_id in erasure_store.waiting_erasures(now() - UNTOUCHED):
        queue.send(ERASE_TASK, account_id, erasure_id)


def _person(contact: Contact) -> ErasedPerson:
    keys = tuple(key for key in (contact.email_key, contact.phone_key) if key)
    texts: list[str] = [text.lower() for text in {contact.email, contact.email_key} if text]
    if not texts and contact.phone_key:
        texts = [
            text.lower()
            for text in {contact.phone or "", contact.phone_key}
            if sum(map(str.isdigit, text)) >= MIN_PHONE_DIGITS
        ]
    first, last = contact.first_name or "", contact.last_name or ""
    values = {full_name(first, last), f"{last}, {first}", contact.phone, contact.phone_key}
    return ErasedPerson(
        contact.account_id,
        contact.id,
        keys,
        tuple(sorted(texts)),
        tuple(sorted(value for value in values if value and value.strip(", "))),
    )
