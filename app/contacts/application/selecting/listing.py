"""The contact list: searched, filtered, sorted, counted, and read page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from app.accounts.application import require
from app.accounts.domain import Actor, Permission
from app.contacts.application.filters import condition_of, criteria_for
from app.contacts.application.lookup import contact_named, contact_names
from app.contacts.domain import Status
from app.contacts.domain.criteria import Group, simple_parts
from app.contacts.domain.names import tag_problem
from app.contacts.domain.search import lane_of, lanes_of
from app.contacts.infrastructure import queries
from app.contacts.infrastructure.listing import ContactList, Wanted
from app.contacts.infrastructure.selecting import plain_rows
from app.contacts.infrastructure.selecting.counting import Count
from app.contacts.infrastructure.selecting.orders import ORDERS
from app.contacts.infrastructure.selecting.plain_rows import ConsentRow, ContactRow, StopRow, TagRow
from app.contacts.infrastructure.sorted_listing import SortedContacts
from app.contacts.infrastructure.tables import Contact, Tag
from app.platform.clock import now
from app.platform.errors import Invalid

COUNT_SECONDS = 0.06
SORTS = tuple(ORDERS)
MATCHES: Final = 10
SEVERAL: Final = "Several contacts match. Choose one of them."


@dataclass(frozen=True)
class Search:
    """Search terms of the contact list: start of a name, email address, or phone number; status; tag name;
    and a criteria document. `sort` is one of SORTS, with a minus in front for descending; empty for the
    newest first, or with a text the best match first."""

    text: str = ""
    status: Status | None = None
    tag: str = ""
    filter: Any = None
    sort: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.documents)

    @property
    def criteria(self) -> dict[str, Any] | None:
        """Everything, the text too, as one criteria document; None if everybody is wanted."""
        text = {"field": "contact.search", "op": "starts_with", "value": self.text}
        members: list[Any] = [text] if self.text else []
        for document in self.documents:
            is_all = (
                isinstance(document, dict) and isinstance(document.get("all"), list) and len(document) == 1
            )
            members += document["all"] if is_all else [document]
        return {"all": members} if members else None

    @property
    def documents(self) -> list[Any]:
        """Everything except the text, as criteria documents that must all be met."""
        rules: list[dict[str, Any]] = []
        if self.status:
            rules.append({"field": "contact.status", "op": "equals", "value": self.status.value})
        if self.tag:
            rules.append({"field": "contact.tags", "op": "has_any", "value": [self.tag]})
        found: list[Any] = [{"all": rules}] if rules else []
        return [*found, self.filter] if self.filter is not None else found


@dataclass(frozen=True)
class Listing:
    """One page of contacts.

    `previous` and `next` are the ids to pass as `before` and `after` for the neighboring pages. With `about`,
    `count` is an estimate; `more` means that there are more.
    """

    contacts: Sequence[Contact]
    tags: dict[int, list[Tag]]
    count: int
    more: bool
    previous: int | None
    next: int | None
    about: bool = False


NOBODY = Listing([], {}, 0, False, None, None)


class PlainContact(NamedTuple):
    """A contact of a list for programs, with the same as a `TaggedContact`."""

    contact: Contact | ContactRow
    tags: Sequence[TagRow]
    sms_consent: ConsentRow | None
    stopped_topics: Sequence[StopRow]


class ContactPage(NamedTuple):
    """Contacts with their tags, and the id to continue after, None on the last page."""

    contacts: Sequence[PlainContact]
    next: int | None


def find_contacts(
    actor: Actor, search: Search, *, after: int | None = None, before: int | None = None
) -> Listing:
    """Return the page of matching contacts after or before the contact with that id.

    An id that does not exist or does not match the search text leads to the first page. Raises Invalid for a
    filter with problems.
    """
    require(actor, Permission.REPORTS)
    wanted = _wanted(actor, search)
    if wanted is None:
        return NOBODY
    anchor = _anchor(actor, wanted, before if before is not None else after)
    sort = search.sort if search.sort.removeprefix("-") in SORTS else ""
    is_usual = not sort or (sort == "-added" and not wanted.lanes)
    people = (
        ContactList(actor.account_id, wanted) if is_usual else SortedContacts(actor.account_id, wanted, sort)
    )
    count = people.count(COUNT_SECONDS)
    if isinstance(people, SortedContacts):
        people.expect(count)
    is_back = before is not None and anchor is not None
    page = people.page_before(anchor) if is_back and anchor else people.page_after(anchor)
    return Listing(
        contacts=page.contacts,
        tags=queries.tags_of(actor.account_id, [contact.id for contact in page.contacts]),
        count=count.number,
        more=count.more,
        about=count.about,
        previous=page.contacts[0].id if page.has_previous and page.contacts else None,
        next=page.contacts[-1].id if page.has_next else None,
    )


def list_contacts(actor: Actor, search: Search, after: int | None, limit: int) -> ContactPage:
    """Return up to `limit` matching contacts after the contact with that id, without counting the others.

    Raises Invalid for a filter with problems, and for an id after which a search text cannot continue.
    """
    require(actor, Permission.REPORTS)
    wanted = _wanted(actor, search)
    if wanted is None:
        return ContactPage([], None)
    found: Sequence[Contact | ContactRow]
    if wanted.is_everybody:
        found = plain_rows.newest_contacts(actor.account_id, after, limit + 1)
    else:
        found = _matching_after(actor, wanted, after, limit)
    shown = found[:limit]
    ids = [contact.id for contact in shown]
    tags = plain_rows.tags_of(actor.account_id, ids)
    stopped = plain_rows.topic_stops_of(actor.account_id, ids)
    with_phone = [contact.id for contact in shown if contact.phone]
    said = plain_rows.sms_consents_of(actor.account_id, with_phone)
    return ContactPage(
        [
            PlainContact(contact, tags[contact.id], said.get(contact.id), stopped[contact.id])
            for contact in shown
        ],
        shown[-1].id if len(found) > limit else None,
    )


def _matching_after(actor: Actor, wanted: Wanted, after: int | None, limit: int) -> list[Contact]:
    """Return up to `limit` contacts, and one more if there are more."""
    anchor = _anchor(actor, wanted, after)
    if after is not None and anchor is None:
        if wanted.lanes:
            sentence = "The contact this cursor refers to no longer exists. Start again without a cursor."
            raise Invalid.in_fields({"cursor": sentence})
        anchor = Contact(id=after)
    people = ContactList(actor.account_id, wanted)
    people.page_size = limit
    return people.all_after(anchor)


def contact_meant(actor: Actor, who: str) -> int:
    """Return the id of the contact with an email address or id, or the only one whose name, address, or phone
    number begins like that. Raises Invalid with `fields`, and with `matches`, [{id, name, email}], if there
    are several: up to MATCHES of them."""
    require(actor, Permission.REPORTS)
    try:
        return contact_named(actor.account_id, who)
    except Invalid:
        found = [one.contact for one in list_contacts(actor, Search(who), None, MATCHES).contacts]
    if len(found) == 1:
        return found[0].id
    if not found:
        raise Invalid.in_fields({"contact": "No contact has this name, email address, or ID."})
    names = contact_names(actor.account_id, [one.id for one in found])
    matches = [{"id": one.id, "name": names[one.id], "email": one.email or ""} for one in found]
    raise Invalid("VALIDATION_ERROR", SEVERAL, fields={"contact": SEVERAL}, matches=matches)


def count_matching(actor: Actor, document: Any) -> Count:
    """Count the contacts that meet a criteria document, in bounded time. Raises Invalid."""
    require(actor, Permission.REPORTS)
    wanted = _wanted(actor, Search(filter=document))
    return Count(0) if wanted is None else ContactList(actor.account_id, wanted).count(COUNT_SECONDS)


def _wanted(actor: Actor, search: Search) -> Wanted | None:
    """Translate a search for `ContactList`; None if nothing can match, for example because the tag does not
    exist."""
    lanes = lanes_of(search.text, actor.country)
    if (search.text and not lanes) or (search.tag and tag_problem(search.tag)):
        return None
    criteria = [criteria_for(actor.account_id, document) for document in search.documents]
    parts = simple_parts(Group("all", tuple(criteria)))
    tag = queries.tag_by_key(actor.account_id, parts.tag) if parts.tag else None
    if parts.tag and tag is None:
        return None
    also = condition_of(actor.account_id, parts.rest, now()) if parts.rest.members else None
    return Wanted(lanes, parts.status, tag.id if tag else None, also)


def _anchor(actor: Actor, wanted: Wanted, contact_id: int | None) -> Contact | None:
    if contact_id is None:
        return None
    contact = queries.contact(actor.account_id, contact_id)
    if contact is None or (wanted.lanes and lane_of(wanted.lanes, contact) is None):
        return None
    return contact
