"""Which software reports events to an account: connecting it, and what it last reported."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.integrations.application.addresses import source_path
from app.integrations.application.receiving import consent_bases
from app.integrations.domain.event_sources import SOURCES, Source, SourceInfo, sources_of
from app.integrations.infrastructure import event_sources as store
from app.integrations.infrastructure import store as connections
from app.integrations.infrastructure.tables import EventSource
from app.platform import encrypted_columns
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Conflict, Invalid, NotFound

OVERLAP: Final = timedelta(hours=24)
"""So long the previous secret counts, like the one that Stripe replaces; calendars try again for a day with
what they have signed."""
_STRIPE_SECRET: Final = re.compile(r"whsec_[A-Za-z0-9+/=_-]{16,150}")


@dataclass(frozen=True)
class ShownSource:
    """A connected source as pages show it, without its secret. `secret_lost`: the secret can't be read
    anymore. `previous_until`: until when the previous secret counts, too, if it does."""

    source: Source
    since: datetime
    by: str
    basis: str | None
    heard_at: datetime | None
    heard_type: str
    heard_result: str
    secret_lost: bool
    previous_until: datetime | None
    counts_guests: bool


@dataclass(frozen=True)
class NewConnection:
    """What is shown once: where in this installation the source has to send events, and the secret with which
    it signs them, empty if it has its own or signs nothing."""

    path: str
    secret: str


def register_secrets() -> None:
    """Let the rotation of keys know where secrets are saved."""
    encrypted_columns.register(EventSource.__table__.c.secret, store.SECRETS)
    encrypted_columns.register(EventSource.__table__.c.previous_secret, store.SECRETS)


def list_sources(actor: Actor) -> list[ShownSource]:
    """Return the sources that report to the actor's account."""
    accounts.require(actor, Permission.REPORTS)
    rows = [row for row in store.sources_of(actor.account_id) if row.source in list(Source)]
    names, at = accounts.user_names(row.created_by for row in rows), now()
    return [
        ShownSource(
            Source(row.source),
            row.created_at,
            names.get(row.created_by or 0, ""),
            row.consent_basis,
            row.heard_at,
            row.heard_type or "",
            row.heard_result or "",
            store.decrypted(row.secret) is None,
            row.previous_until if store.previous_secret(row, at) is not None else None,
            row.counts_guests,
        )
        for row in rows
    ]


def signed_path(actor: Actor, source: Source) -> str:
    """Return where in this installation a source that signs events has to send them; empty for another, whose
    address is secret."""
    accounts.require(actor, Permission.ACCOUNT)
    return source_path(actor.account_id, source) if SOURCES[source].is_signed else ""


def connect_source(actor: Actor, name: str, secret: str, basis: str) -> NewConnection:
    """Accept events of a source. `secret` is that of a source with its own; `basis` is the legal basis with
    which contacts are created, empty if events of unknown people don't count.

    Raises Invalid with `fields`, Conflict if it is connected, and NotFound.
    """
    accounts.require(actor, Permission.ACCOUNT)
    source = known_source(name)
    info, account_id = SOURCES[source], actor.account_id
    wrong = _secret_problems(info, secret)
    if basis and basis not in consent_bases():
        wrong["basis"] = "Choose one of the options."
    if wrong:
        raise Invalid.in_fields(wrong)
    kept = _secret_to_keep(info, secret)
    with transaction():
        accounts.lock(account_id)
        if store.source_of(account_id, source.value) is not None:
            raise Conflict("CONFLICT", f"{info.name} is already connected. Disconnect it first.")
        store.add(account_id, source.value, store.encrypted(kept), basis or None, actor.user_id)
        connections.connect(account_id, info.kind.value, actor.user_id)
        activity.record(actor, "event_source_connected", "event_source", source.value, name=info.name)
    return _shown_once(account_id, source, kept)


def replace_secret(actor: Actor, name: str, secret: str, *, at_once: bool = False) -> NewConnection:
    """Replace the secret of a connected source. The previous one counts for another OVERLAP, unless it
    ends `at_once` or can't be read. The address stays the same, except that of a source whose address is its
    secret. The secret that is in use ends the previous one if it is given again `at_once`.

    Raises Invalid with `fields`, and NotFound if it isn't connected.
    """
    accounts.require(actor, Permission.ACCOUNT)
    source = known_source(name)
    info, account_id = SOURCES[source], actor.account_id
    if wrong := _secret_problems(info, secret):
        raise Invalid.in_fields(wrong)
    kept = _secret_to_keep(info, secret)
    with transaction():
        accounts.lock(account_id)
        row = _connected(account_id, source)
        current = store.decrypted(row.secret)
        if current == kept and not (at_once and row.previous_secret):
            raise Invalid.in_fields({"secret": "This is the signing secret that is in use."})
        is_kept = current is not None and not at_once
        store.change(
            account_id,
            source.value,
            secret=store.encrypted(kept),
            previous_secret=row.secret if is_kept else None,
            previous_until=now() + OVERLAP if is_kept else None,
        )
        facts = {"name": info.name, "at_once": at_once}
        activity.record(actor, "event_source_secret_replaced", "event_source", source.value, **facts)
    return _shown_once(account_id, source, kept)


def discard_previous_secrets() -> None:
    """Delete the previous secrets that don't count anymore."""
    with transaction():
        store.discard_previous_secrets(now())


def count_guests(actor: Actor, name: str, counts: bool) -> None:
    """Set whether events of the guests of a booking count. Raises NotFound if the source isn't connected, or
    doesn't report guests."""
    accounts.require(actor, Permission.ACCOUNT)
    source = known_source(name)
    info, account_id = SOURCES[source], actor.account_id
    if not info.reports_guests:
        raise NotFound("NOT_FOUND", f"{info.name} doesn’t report guests.")
    with transaction():
        accounts.lock(account_id)
        if _connected(account_id, source).counts_guests != counts:
            store.change(account_id, source.value, counts_guests=counts)
            facts = {"name": info.name, "counts": counts}
            activity.record(actor, "event_source_guests_changed", "event_source", source.value, **facts)


def disconnect_source(actor: Actor, name: str) -> None:
    """Stop accepting events of a source. Raises NotFound if it isn't connected."""
    accounts.require(actor, Permission.ACCOUNT)
    source = known_source(name)
    info, account_id = SOURCES[source], actor.account_id
    with transaction():
        accounts.lock(account_id)
        _connected(account_id, source)
        store.delete(account_id, source.value)
        left = {row.source for row in store.sources_of(account_id)}
        if not left & {one.value for one in sources_of(info.kind)}:
            connections.disconnect(account_id, info.kind.value)
        activity.record(actor, "event_source_disconnected", "event_source", source.value, name=info.name)


def _connected(account_id: int, source: Source) -> EventSource:
    row = store.source_of(account_id, source.value)
    if row is None:
        raise NotFound("NOT_FOUND", f"{SOURCES[source].name} isn’t connected.")
    return row


def _secret_problems(info: SourceInfo, secret: str) -> dict[str, str]:
    if info.secret_label and not _STRIPE_SECRET.fullmatch(secret.strip()):
        return {"secret": "Enter the signing secret of the endpoint. It starts with whsec_."}
    return {}


def _secret_to_keep(info: SourceInfo, secret: str) -> str:
    return secret.strip() if info.secret_label else secrets.token_hex(24)


def _shown_once(account_id: int, source: Source, kept: str) -> NewConnection:
    info = SOURCES[source]
    is_ours = info.is_signed and not info.secret_label
    return NewConnection(source_path(account_id, source, kept), kept if is_ours else "")


def known_source(name: str) -> Source:
    """Raises NotFound for a name that no source has."""
    if name not in list(Source):
        raise NotFound("NOT_FOUND", "This integration doesn’t exist.")
    return Source(name)
