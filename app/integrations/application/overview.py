"""All kinds of services with their connections, as the settings show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.accounts.application import require, user_names
from app.accounts.domain import Actor, Permission
from app.integrations import application as integrations
from app.integrations.application.event_sources import ShownSource, list_sources
from app.integrations.application.registered import State, Use, state_of, uses_of
from app.integrations.domain import ALWAYS_CONNECTED, BUSINESS_LINKS, SERVICES, Kind, Service
from app.integrations.domain.event_sources import SOURCES, Source, sources_of
from app.integrations.infrastructure import queries
from app.integrations.infrastructure.tables import ServiceTest


@dataclass(frozen=True)
class Connection:
    """A service that another room connects: its name, since when, by whom, and its last test, if any."""

    name: str
    since: datetime | None
    by: str
    tested_at: datetime | None
    test_was_ok: bool


@dataclass(frozen=True)
class Card:
    """A kind of service. `sources` are connected, `connectable` could be; `uses` are active workflows that
    need it."""

    kind: Kind
    service: Service
    is_connected: bool
    is_built_in: bool
    connection: Connection | None
    sources: Sequence[ShownSource]
    connectable: Sequence[Source]
    uses: Sequence[Use]

    @property
    def link(self) -> str:
        """The business detail that messages use; empty without one."""
        return BUSINESS_LINKS.get(self.kind, "")


def service_cards(actor: Actor) -> list[Card]:
    """Return a card of each kind of service, in display order."""
    require(actor, Permission.REPORTS)
    account_id = actor.account_id
    connected, uses = integrations.connected(account_id), uses_of(account_id)
    sources = list_sources(actor)
    tests = {one.kind: one for one in queries.tests_of(account_id)}
    cards = []
    for kind, service in SERVICES.items():
        own = [one for one in sources if SOURCES[one.source].kind == kind]
        state, test = state_of(account_id, kind.value), tests.get(kind.value)
        connection = _connection(state, test) if state else None
        known = {one.source for one in own}
        connectable = [one for one in sources_of(kind) if one not in known]
        cards.append(
            Card(
                kind=kind,
                service=service,
                is_connected=kind.value in connected,
                is_built_in=kind in ALWAYS_CONNECTED,
                connection=connection,
                sources=own,
                connectable=connectable,
                uses=uses.get(kind.value, ()),
            )
        )
    return cards


def _connection(state: State, test: ServiceTest | None) -> Connection:
    return Connection(
        state.name,
        state.since,
        user_names([state.user_id]).get(state.user_id or 0, ""),
        test.tested_at if test else None,
        bool(test and test.is_ok),
    )


def uses_without(actor: Actor, source: Source) -> Sequence[Use]:
    """Return the active workflows that nothing else would report events to, if a source were disconnected."""
    kind = SOURCES[source].kind
    others = [one for one in list_sources(actor) if SOURCES[one.source].kind == kind and one.source != source]
    return () if others else uses_of(actor.account_id).get(kind.value, ())
