"""Events that other software reports to an address of an account. Only what it has signed counts, or what
comes to an address that is secret. Events may come twice, and in any order."""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.integrations.application.addresses import end_of
from app.integrations.domain.event_sources import SOURCES, Source
from app.integrations.domain.reading import ReportedEvent, reported_events
from app.integrations.domain.signatures import is_signed
from app.integrations.infrastructure import event_sources as store
from app.integrations.infrastructure.tables import EventSource
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Invalid, NotFound
from app.platform.logs import log
from app.platform.strict_json import NotStrict, parse_json
from app.platform.tenancy import acting_for

IGNORED: Final = "ignored"
"""What became of a document without an event that counts."""


@dataclass(frozen=True)
class Receiver:
    """What takes events. `record` gets the account id, events, the legal basis with which contacts are
    created (None: they are not), and the name of the source; it returns what became of each event. `bases`
    is {legal basis: label}."""

    record: Callable[[int, Sequence[ReportedEvent], str | None, str], Sequence[str]]
    bases: Mapping[str, str]


_RECEIVERS: Final[list[Receiver]] = []


def register_receiver(receiver: Receiver) -> None:
    """Let a room take reported events."""
    _RECEIVERS[:] = [receiver]


def consent_bases() -> Mapping[str, str]:
    """Return {legal basis: label} with which contacts may be created."""
    return _RECEIVERS[0].bases if _RECEIVERS else {}


def take(name: str, end: str, headers: Mapping[str, str], body: bytes) -> None:
    """Record what a source reports. Raises NotFound for what it has not signed, as for an address that
    doesn't exist, and Invalid for what is not JSON."""
    account_id, source, secrets = connection_of(name, end)
    lower = {header.lower(): value for header, value in headers.items()}
    if SOURCES[source].is_signed and not any(
        is_signed(source, secret, lower, body, now()) for secret in secrets
    ):
        raise _nothing_here()
    try:
        document = parse_json(body)
    except NotStrict:
        raise Invalid("VALIDATION_ERROR", "This isn’t JSON.") from None
    events = reported_events(source, document, now())
    with acting_for(account_id), transaction():
        row = store.source_of(account_id, source.value)
        if row is None:
            raise _nothing_here()
        events = [one for one in events if row.counts_guests or not one.is_guest]
        results = _record(account_id, source, row, events)
        kind, result = (events[-1].type, results[-1]) if events else ("", IGNORED)
        store.heard(account_id, source.value, now(), kind, result)
    log.info(
        "events_received",
        extra={"account": account_id, "source": source.value, "events": len(events), "results": results},
    )


def connection_of(name: str, end: str) -> tuple[int, Source, Sequence[str]]:
    """Return the account, the source, and its secrets that an address stands for. Raises NotFound."""
    account_id = store.account_with(end[: store.KEY_LENGTH])
    if account_id is None or name not in list(Source):
        raise _nothing_here()
    source = Source(name)
    with acting_for(account_id):
        row = store.source_of(account_id, source.value)
        secrets = store.valid_secrets(row, now()) if row else []
    ends = [end_of(account_id, source, secret).encode() for secret in secrets]
    if not any(hmac.compare_digest(end.encode(), one) for one in ends):
        raise _nothing_here()
    return account_id, source, secrets


def _record(
    account_id: int, source: Source, row: EventSource, events: Sequence[ReportedEvent]
) -> Sequence[str]:
    if not events:
        return []
    return _RECEIVERS[0].record(account_id, events, row.consent_basis, SOURCES[source].name)


def _nothing_here() -> NotFound:
    return NotFound("NOT_FOUND", "This address doesn’t exist.")
