"""What happens to contacts, told to other rooms inside the transaction in which it happens.

Rooms register a listener. Whatever writes contacts or their tags tells what really happened to whom: tags
that were new, fields with another value than before. Listeners hear it at the end of the transaction, when
the contacts are as they will be committed and the locks on them are held, so that a listener may lock other
rows. What happened in a savepoint that is rolled back is not told, nor is what happened to contacts that the
same transaction removed.

What nobody has asked for is not computed: listeners are asked first what they care about in the account. The
answer counts until the transaction ends or locks more contacts. So an enrollment that begins to wait for
something misses nothing if it holds its contact `to_change` before it looks whether that has happened.

Not told: values that a custom field gets when it is converted, merged, or deleted, because nobody has changed
them; the fields and the status that a contact has from its creation; fields that are computed from others,
such as the full name; and removals (`register_deletion`).
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from app.contacts.infrastructure import queries
from app.platform.database import before_commit, kept_in_transaction
from app.platform.database.many_rows import id_list

ANY: Final = "*"
PIECE: Final = 5_000  # contacts that a listener hears of at once


class Kind(StrEnum):
    """What can happen; in brackets what `Happening.what` is.

    EVENT_RECEIVED (the type of the event), CONTACT_CREATED (empty), TAG_ADDED and TAG_REMOVED (the key of the
    tag), FIELD_CHANGED (the field as in criteria, such as `contact.city` or `contact.custom.size`),
    STATUS_CHANGED (the new status).
    """

    CONTACT_CREATED = "contact_created"
    TAG_ADDED = "tag_added"
    TAG_REMOVED = "tag_removed"
    FIELD_CHANGED = "field_changed"
    STATUS_CHANGED = "status_changed"
    EVENT_RECEIVED = "event_received"


class HeardEvent(NamedTuple):
    """An event that another system reported, with its details."""

    id: int
    contact_id: int
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Happening:
    """Something that happened to contacts: ids in increasing order, at most PIECE of them.

    `job_id` is the job that did it, if any. `source` is what the caller gave, such as the workflow whose step
    did it, so that a listener recognizes what it has caused itself. `events` are the events that were
    received about them, in that order.
    """

    kind: Kind
    what: str
    contacts: Sequence[int]
    at: datetime
    job_id: int | None = None
    source: str = ""
    events: Sequence[HeardEvent] = ()

    def select(self) -> sa.Select[Any]:
        """Return a select of the ids, for statements about the contacts."""
        return id_list(self.contacts)


Care = tuple[str, str]
"""(kind, what). ANY as `what` stands for every one; changes of fields are then told by the name of the field
to those who care about it, and once more as a change of ANY, whichever fields of a contact have changed."""

Cares = Callable[[int], Collection[Care]]
Hear = Callable[[int, Happening], None]


class _Listener(NamedTuple):
    cares: Cares
    hear: Hear


_listeners: Final[dict[str, _Listener]] = {}


def register_listener(name: str, cares: Cares, hear: Hear) -> None:
    """Register a listener: `cares(account id)` returns what it wants to hear of, for which
    `hear(account id, happening)` is called.

    Both run in the transaction of the caller. `hear` may write, and tell in turn; what it raises rolls the
    transaction back.
    """
    _listeners[name] = _Listener(cares, hear)


class Listening:
    """What listeners care about in an account."""

    def __init__(self, account_id: int, cares: Iterable[tuple[Hear, Collection[Care]]]) -> None:
        self.account_id = account_id
        self._cares = [(hear, frozenset(pairs)) for hear, pairs in cares if pairs]

    def asks_about(self, kind: Kind, what: str | None = None) -> bool:
        """Return whether anybody cares about this; without `what`, about any of the kind."""
        if what is None:
            return any(kind == one for _, pairs in self._cares for one, _ in pairs)
        return any(_is_meant(pairs, kind, what) for _, pairs in self._cares)

    def named(self, kind: Kind) -> frozenset[str]:
        """Return what they care about of this kind, ANY included."""
        return frozenset(what for _, pairs in self._cares for one, what in pairs if one == kind)

    def tell(
        self,
        kind: Kind,
        what: str,
        contacts: Collection[int],
        at: datetime,
        *,
        job_id: int | None = None,
        source: str = "",
        events: Sequence[HeardEvent] = (),
    ) -> None:
        """Tell those who care that this has happened to the contacts, at the end of the transaction."""
        if contacts and self.asks_about(kind, what):
            happening = Happening(kind, what, sorted(set(contacts)), at, job_id, source, events)
            before_commit(partial(self._let_hear, happening))

    def _let_hear(self, told: Happening) -> None:
        were_removed = _REMOVED in kept_in_transaction()
        for begin in range(0, len(told.contacts), PIECE):
            ids = told.contacts[begin : begin + PIECE]
            if were_removed:
                ids = queries.existing_of(self.account_id, ids)
            events = [one for one in told.events if one.contact_id in set(ids)] if told.events else ()
            piece = Happening(told.kind, told.what, ids, told.at, told.job_id, told.source, events)
            for hear, pairs in self._cares if ids else ():
                if _is_meant(pairs, told.kind, told.what):
                    hear(self.account_id, piece)


def listening(account_id: int) -> Listening:
    """Return what listeners care about in the account, asked once in a transaction (see above)."""
    asked = kept_in_transaction().setdefault(_ASKED, {})
    if account_id not in asked:
        cares = [(one.hear, one.cares(account_id)) for one in _listeners.values()]
        asked[account_id] = Listening(account_id, cares)
    found: Listening = asked[account_id]
    return found


def ask_again() -> None:
    """Ask listeners anew, because contacts were locked: others may have begun to care about them before."""
    kept_in_transaction().pop(_ASKED, None)


def note_removal() -> None:
    """Note that the transaction removes contacts, of which something may have been told before."""
    kept_in_transaction()[_REMOVED] = True


_ASKED: Final = "contacts.listening"
_REMOVED: Final = "contacts.removed"


def _is_meant(pairs: Collection[Care], kind: Kind, what: str) -> bool:
    """Return whether one of the pairs means this. A change of ANY field is meant by ANY only; a change of one
    is not, because it is told as that, too."""
    if (kind, what) in pairs:
        return True
    return kind is not Kind.FIELD_CHANGED and (kind, ANY) in pairs
