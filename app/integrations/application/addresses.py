"""The addresses of this installation that software calls to report events. Nobody can make one up."""

from typing import Final

from app.integrations.domain.event_sources import SOURCES, Source
from app.integrations.infrastructure.event_sources import address_key

PATH: Final = "/hooks/events"


def source_path(account_id: int, source: Source, secret: str = "") -> str:
    """Return where in this installation a source reports events to."""
    return f"{PATH}/{source.value}/{end_of(account_id, source, secret)}"


def end_of(account_id: int, source: Source, secret: str) -> str:
    """Return the end of an address. It names the account; that of a source that signs nothing holds its
    secret, too."""
    return address_key(account_id) + ("" if SOURCES[source].is_signed else secret)
