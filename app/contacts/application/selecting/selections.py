"""Selections of contacts: ticked in the list, pasted, or all that match a filter.

A selection is stored for a few days, so that the ids of many contacts do not travel through the browser while
the user chooses what to do with them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.accounts.application import require
from app.accounts.domain import Actor, Permission
from app.contacts.application.filters import filter_words, resolve_filter
from app.contacts.domain import Status
from app.contacts.domain.names import MAX_NAME
from app.contacts.domain.pasted import MOST_PASTED, Entry, read_pasted
from app.contacts.infrastructure import queries
from app.contacts.infrastructure.selecting import known_people
from app.contacts.infrastructure.selecting import selections as store
from app.contacts.infrastructure.tables import Contact, ContactSelection, Tag
from app.files import application as files
from app.files.domain.columns.identify import Identifier
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Invalid, NotFound

MOST_IDS = 10_000
MOST_KEPT = 200  # per user; the oldest ones make way
KEPT = timedelta(days=3)
BYTES_OF_AN_ID = 10  # in the stored list
EVERYBODY: dict[str, Any] = {
    "all": [{"field": "contact.status", "op": "in_list", "value": [status.value for status in Status]}]
}
"""A criteria document that every contact meets."""


@dataclass(frozen=True)
class Selected:
    """A selection: `ids`, or the contacts that meet `criteria` at `at`, and their number when they were
    selected. `words` describe it: the name of a segment, or the filter in words; empty for `ids`."""

    id: int
    total: int
    at: datetime
    ids: Sequence[int] | None = None
    criteria: dict[str, Any] | None = None
    name: str = ""
    words: str = ""


@dataclass(frozen=True)
class Pasted:
    """What was found for a pasted list: ids of contacts in order, how many entries repeat one of them, and
    the entries that belong to nobody, to several contacts, or are not understood."""

    ids: Sequence[int]
    repeated: int
    unknown: Sequence[str]
    ambiguous: Sequence[str]
    unclear: Sequence[str]

    @property
    def is_complete(self) -> bool:
        return not (self.unknown or self.ambiguous or self.unclear)


def select_contacts(actor: Actor, ids: Sequence[int], *, all_exist: bool = False) -> Selected:
    """Select contacts by id. Repeated ids are left out, and so are those that no contact of the account has,
    unless `all_exist`: then they are refused. Raises Invalid, also if there is none or too many."""
    require(actor, Permission.CONTACTS)
    unique = list(dict.fromkeys(ids))
    if len(unique) > MOST_IDS:
        raise _invalid(
            "contact_ids",
            f"You can select up to {MOST_IDS:,} contacts one by one. Use a filter to select more.",
        )
    found = store.existing(actor.account_id, unique)
    if all_exist and len(found) < len(unique):
        missing = sorted(set(unique) - set(found))
        more = "" if len(missing) <= 10 else f", and {len(missing) - 10:,} more"
        listed = ", ".join(map(str, missing[:10]))
        raise _invalid("contact_ids", f"No contact has these IDs: {listed}{more}.")
    if not found:
        raise _invalid("contact_ids", "Select at least one contact.")
    return _kept(actor, ContactSelection(ids=found, total=len(found)))


def select_matching(actor: Actor, criteria: Any, name: str = "") -> Selected:
    """Select all contacts that meet a criteria document, or everybody without one. `name` is that of the
    segment. Raises Invalid, also if nobody meets it."""
    require(actor, Permission.CONTACTS)
    criteria = EVERYBODY if criteria is None else criteria
    total = store.count(resolve_filter(actor.account_id, criteria, now()))
    if not total:
        raise _invalid("filter", "No contact matches this filter.")
    return _kept(actor, ContactSelection(criteria=criteria, name=name[:MAX_NAME], total=total))


def look_up_pasted(actor: Actor, text: str) -> Pasted:
    """Find the contacts of a pasted list. Raises Invalid for an empty or overlong one, and LimitReached if
    the account has no storage left for it."""
    require(actor, Permission.CONTACTS)
    files.refuse_over_quota(actor.account_id, len(text.encode()), "list")
    entries = read_pasted(text, actor.country)
    if not entries:
        raise _invalid("entries", "Paste at least one email address, phone number, or contact ID.")
    if len(entries) > MOST_PASTED:
        raise _invalid(
            "entries",
            f"You can paste up to {MOST_PASTED:,} entries; these are {len(entries):,}. "
            "Upload them as a file instead.",
        )
    known = {kind: _known(actor, kind, entries) for kind in ("email", "phone", "contact_id")}
    ids: dict[int, None] = {}
    repeated = 0
    unknown, ambiguous, unclear = [], [], []
    for entry in entries:
        if entry.key is None:
            unclear.append(entry.text)
            continue
        contact_id, people = known[entry.identifier].get(entry.key, (0, 0))
        if not people:
            unknown.append(entry.text)
        elif people > 1:
            ambiguous.append(entry.text)
        else:
            repeated += contact_id in ids
            ids[contact_id] = None
    return Pasted(list(ids), repeated, unknown, ambiguous, unclear)


def find_selection(actor: Actor, selection_id: int) -> Selected:
    """Return a selection of the actor's account. Raises NotFound."""
    require(actor, Permission.CONTACTS)
    found = store.selection(actor.account_id, selection_id)
    if found is None:
        raise NotFound(
            "NOT_FOUND",
            "This selection has expired. Select the contacts again.",
            next_url="/contacts",
            next_label="Go to Contacts",
        )
    return _selected(found)


def first_of(actor: Actor, selected: Selected, at_most: int = 5) -> Sequence[Contact]:
    """Return the first contacts of a selection, as an example."""
    require(actor, Permission.CONTACTS)
    found = contacts_of(actor.account_id, selected.ids, selected.criteria, selected.at)
    return store.contacts(actor.account_id, store.slice_of(found, 0, at_most))


def tags_of_selection(actor: Actor, selected: Selected) -> Sequence[Tag] | None:
    """Return the tags that contacts of a selection have; None for one that is too large to look at them."""
    require(actor, Permission.CONTACTS)
    if selected.total > MOST_IDS:
        return None
    found = contacts_of(actor.account_id, selected.ids, selected.criteria, selected.at)
    return queries.tags_among(actor.account_id, found)


def register_storage() -> None:
    """Register with the files room how much storage selections take."""
    files.register_kept("selected contacts", lambda account_id: store.listed_ids(account_id) * BYTES_OF_AN_ID)


def check_may_select(actor: Actor) -> None:
    """Raise NotAllowed for someone who may only look."""
    require(actor, Permission.CONTACTS)


def contacts_of(account_id: int, ids: Sequence[int] | None, criteria: Any, at: datetime) -> sa.Select[Any]:
    """Return a select of the ids of the contacts in a selection that exist. Raises Invalid."""
    return resolve_filter(account_id, criteria, at) if ids is None else store.listed(account_id, ids)


def discard_old_selections() -> None:
    """Delete the selections that nobody will come back to."""
    with transaction():
        store.discard_before(now() - KEPT)


def _kept(actor: Actor, selection: ContactSelection) -> Selected:
    selection.account_id, selection.created_by, selection.created_at = actor.account_id, actor.user_id, now()
    with transaction():
        kept = _selected(store.add(selection))
        store.discard_oldest(actor.account_id, actor.user_id, MOST_KEPT)
    return kept


def _selected(found: ContactSelection) -> Selected:
    if found.ids is not None:
        words = ""
    elif found.name:
        words = found.name
    else:
        is_all = found.criteria == EVERYBODY
        words = "Everyone in your contacts" if is_all else filter_words(found.account_id, found.criteria)
    return Selected(found.id, found.total, found.created_at, found.ids, found.criteria, found.name, words)


def _known(actor: Actor, kind: Identifier, entries: Sequence[Entry]) -> dict[str, tuple[int, int]]:
    keys = list({entry.key for entry in entries if entry.identifier == kind and entry.key is not None})
    return known_people.find_known(actor.account_id, kind, keys) if keys else {}


def _invalid(field: str, sentence: str) -> Invalid:
    return Invalid("VALIDATION_ERROR", sentence, fields={field: sentence}, problems=[sentence])
