"""Spans of a trace: what was done, from when to when, and on whose behalf.

A span never has values of a row, statement, or form: names, codes, ids, and counts only.
"""

import re
import secrets
import time
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

Fact = str | int | float | bool

_TRACEPARENT: Final = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}")


class Kind(IntEnum):
    """What OpenTelemetry calls the role of a span, with its numbers."""

    SERVER = 2
    CLIENT = 3
    CONSUMER = 5


@dataclass
class Span:
    """Times are in nanoseconds since 1970. `statements` counts those of the database, also beyond those that
    have a span of their own."""

    name: str
    kind: Kind
    trace_id: str
    span_id: str
    parent_id: str
    began: int
    ended: int = 0
    has_failed: bool = False
    statements: int = 0
    facts: dict[str, Fact] = field(default_factory=dict)

    @property
    def traceparent(self) -> str:
        """What W3C Trace Context hands on."""
        return f"00-{self.trace_id}-{self.span_id}-01"


def new(name: str, kind: Kind, traceparent: str | None, facts: dict[str, Fact]) -> Span:
    """Return a span that begins now, in the trace of `traceparent` if that is valid, or in a new one."""
    found = _TRACEPARENT.fullmatch(traceparent or "")
    trace_id, parent_id = found.groups() if found else (secrets.token_hex(16), "")
    return Span(name, kind, trace_id, secrets.token_hex(8), parent_id, time.time_ns(), facts=facts)
