"""What PostgreSQL did for each statement, from auto_explain: partitions, blocks, rows, and time."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from bench.partitions import part_of

PRELOADED = {
    "session_preload_libraries": "auto_explain",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_buffers": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_format": "json",
}
"""Settings of the server. Plans are written down only inside of `written_plans`."""
_PLAN = re.compile(r"duration: ([\d.]+) ms  plan:\n((?:\t.*\n)+)")


@dataclass(frozen=True)
class Plan:
    """One statement. `parts` has the partitions that were read or written, by table; `blocks` are those of
    tables and indexes that it looked at, in memory or not."""

    text: str
    milliseconds: float
    blocks: int
    parts: dict[str, set[str]] = field(hash=False)

    @property
    def most_parts(self) -> int:
        """The largest number of partitions of one table."""
        return max((len(names) for names in self.parts.values()), default=0)


@contextmanager
def written_plans(address: str, log: Path) -> Iterator[list[Plan]]:
    """Yield a list, which has the statements of large tables when the block has ended."""
    found: list[Plan] = []
    begin = log.stat().st_size
    _write_down(address, "0")
    try:
        yield found
    finally:
        _write_down(address, "-1")
    with log.open("rb") as file:
        file.seek(begin)
        text = file.read().decode("utf-8", "replace")
    for milliseconds, plan in _PLAN.findall(text):
        read = _read(json.loads(plan), float(milliseconds))
        if read.parts:
            found.append(read)


def _write_down(address: str, least: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"ALTER SYSTEM SET auto_explain.log_min_duration = {least}")
        connection.execute("SELECT pg_reload_conf(), pg_sleep(0.5)")


def _read(plan: dict[str, Any], milliseconds: float) -> Plan:
    parts: dict[str, set[str]] = {}
    root = plan["Plan"]
    for node in _nodes(root):
        relation = node.get("Relation Name", "")
        if (table := part_of(relation)) and node.get("Actual Loops", 1):
            parts.setdefault(table, set()).add(relation)
    blocks = sum(root.get(f"Shared {kind} Blocks", 0) for kind in ("Hit", "Read"))
    return Plan(" ".join(plan["Query Text"].split()), milliseconds, blocks, parts)


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from _nodes(child)
