"""Asks the DNS for TXT records."""

import time
from collections.abc import Sequence
from typing import Final

from app.messaging.domain.sending_domains.findings import Unanswered

QUERY_SECONDS: Final = 3.0
TOTAL_SECONDS: Final = 10.0


class NameServers:
    """The name servers of this machine, or those of a list of (IP address, port). What they have answered is
    not asked for again, and after TOTAL_SECONDS nothing is."""

    def __init__(self, servers: Sequence[tuple[str, int]] = ()) -> None:
        self._servers = servers
        self._end = time.monotonic() + TOTAL_SECONDS
        self._answers: dict[str, tuple[str, ...] | None] = {}

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the TXT records of a name. Raises Unanswered."""
        if name not in self._answers:
            self._answers[name] = self._asked(name)
        answer = self._answers[name]
        if answer is None:
            raise Unanswered(name)
        return answer

    def _asked(self, name: str) -> tuple[str, ...] | None:
        """Return the records; None without an answer. The library is loaded when it is needed."""
        from dns.exception import DNSException
        from dns.nameserver import Do53Nameserver
        from dns.rdtypes.txtbase import TXTBase
        from dns.resolver import NXDOMAIN, NoAnswer, Resolver

        left = self._end - time.monotonic()
        if left <= 0:
            return None
        try:
            resolver = Resolver(configure=not self._servers)
            if self._servers:
                resolver.nameservers = [Do53Nameserver(*server) for server in self._servers]
            answer = resolver.resolve(name, "TXT", lifetime=min(QUERY_SECONDS, left), search=False)
        except (NXDOMAIN, NoAnswer):
            return ()
        except (DNSException, OSError, UnicodeError):
            return None
        return tuple(
            b"".join(record.strings).decode("utf-8", "replace")
            for record in answer
            if isinstance(record, TXTBase)
        )
