"""Public interface of the integrations room: which services an account has connected.

Rooms above register what they know: `register_users` what needs a service, `register_state` the state of one
that they connect, and `register_receiver` what takes reported events.
"""

from app.accounts.application import business_details
from app.accounts.domain import Actor
from app.integrations.application.receiving import Receiver, register_receiver
from app.integrations.application.registered import State, Use, register_state, register_users, uses_of
from app.integrations.domain import ALWAYS_CONNECTED, Kind
from app.integrations.domain.reading import ReportedEvent
from app.integrations.infrastructure import queries, store
from app.platform.clock import now
from app.platform.database import transaction

__all__ = [
    "Receiver",
    "ReportedEvent",
    "State",
    "Use",
    "connect",
    "connected",
    "disconnect",
    "is_connected",
    "note_test",
    "register_receiver",
    "register_state",
    "register_users",
    "uses_of",
]


def connected(account_id: int) -> set[str]:
    """Return the kinds of services that the account's workflows can use.

    Email is always included, reviews if the business details have a review link.
    """
    kinds = {kind.value for kind in ALWAYS_CONNECTED} | queries.connected_kinds(account_id)
    has_reviews = bool(business_details(account_id).review_link)
    return kinds | {Kind.REVIEWS.value} if has_reviews else kinds


def connect(actor: Actor, kind: str) -> None:
    """Let the account's workflows use a kind of service, which another room has connected. Idempotent; in the
    caller's transaction."""
    store.connect(actor.account_id, Kind(kind).value, actor.user_id)


def disconnect(actor: Actor, kind: str) -> None:
    """Let steps that need a kind of service be unavailable from now on. Idempotent; in the caller's
    transaction."""
    store.disconnect(actor.account_id, Kind(kind).value)


def note_test(actor: Actor, kind: str, is_ok: bool) -> None:
    """Record that a kind of service was tested, and whether it answered well."""
    with transaction():
        store.note_test(actor.account_id, Kind(kind).value, now(), is_ok)


def is_connected(account_id: int, kind: str) -> bool:
    """Return True if steps that need `kind` can be used. Raises ValueError for an unknown kind."""
    return Kind(kind).value in connected(account_id)
