"""What stops a workflow by itself (E-25): too many emails that were returned or marked as spam, and far more
messages than usual."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from app.platform.text.numbers import typed_number
from app.platform.text.words import counted

MOST_LOOKED_AT: Final = 1000
DAYS_LOOKED_AT: Final = 7
LEAST_MESSAGES: Final = 100
LEAST_CASES: Final = 3
"""Of fewer messages, or with fewer cases, a share says nothing."""

USUAL_DAYS: Final = 90
LEAST_A_DAY: Final = 1000
"""So many messages a day are never more than usual."""

MAX_GROWTH: Final = 1000


class Reason(StrEnum):
    BOUNCES = "bounces"
    COMPLAINTS = "complaints"
    SURGE = "surge"


@dataclass(frozen=True)
class BrakeLimits:
    """When a workflow stops; None for never. `bounces` and `complaints` are hundredths of a percent, `growth`
    is how many times as many messages as on its largest day it may send in a day."""

    bounces: int | None = 500
    complaints: int | None = 30
    growth: int | None = 3


@dataclass(frozen=True)
class Results:
    """What became of a workflow's latest messages."""

    messages: int
    bounces: int
    complaints: int


@dataclass(frozen=True)
class Brake:
    """Why a workflow has stopped. `facts` are numbers: `cases` of `messages` with the `limit`, or `messages`
    on a day, and `largest`, the most on an earlier one."""

    reason: Reason
    facts: Mapping[str, int]

    @property
    def sentence(self) -> str:
        number = {name: int(value) for name, value in self.facts.items()}
        if self.reason == Reason.SURGE:
            return (
                f"It has sent {counted(number['messages'], 'message')} today (UTC). In the 90 days before, it"
                f" sent at most {number['largest']:,} in a day. More are waiting."
            )
        share = percent_of(round(number["cases"] * 10_000 / max(number["messages"], 1)))
        became = "were returned" if self.reason == Reason.BOUNCES else "were marked as spam"
        return (
            f"Of its last {counted(number['messages'], 'message')}, {number['cases']:,} ({share}) {became}."
            f" The limit is {percent_of(number['limit'])}."
        )


def brake_for(results: Results, limits: BrakeLimits) -> Brake | None:
    """Return why a workflow with these results has to stop; None if it does not."""
    for reason, cases, limit in (
        (Reason.COMPLAINTS, results.complaints, limits.complaints),
        (Reason.BOUNCES, results.bounces, limits.bounces),
    ):
        is_enough = results.messages >= LEAST_MESSAGES and cases >= LEAST_CASES
        if limit is not None and is_enough and cases * 10_000 > limit * results.messages:
            return Brake(reason, {"cases": cases, "messages": results.messages, "limit": limit})
    return None


def most_on_a_day(largest: int, limits: BrakeLimits) -> int | None:
    """Return how many messages a workflow may send on a day, given the most on an earlier one; None for any
    number. Without an earlier day, nothing is unusual."""
    if limits.growth is None or not largest:
        return None
    return max(largest * limits.growth, LEAST_A_DAY)


def read_limits(typed: Mapping[str, str]) -> BrakeLimits | dict[str, str]:
    """Read bounces and complaints in percent, and growth; empty ones are no limit. Return {field: sentence}
    if something is wrong."""
    wrong: dict[str, str] = {}
    found: dict[str, Any] = {}
    for name in ("bounces", "complaints"):
        found[name] = _hundredths(typed.get(name, ""))
        if found[name] == 0:
            wrong[name] = "Enter a number from 0.01 to 100, or leave this empty."
    growth = typed.get("growth", "").strip()
    found["growth"] = typed_number(growth, MAX_GROWTH) if growth else None
    if growth and not found["growth"]:
        wrong["growth"] = f"Enter a whole number from 1 to {MAX_GROWTH:,}, or leave this empty."
    return wrong or BrakeLimits(**found)


def percent_of(hundredths: int) -> str:
    """“5%”, “0.3%”, of hundredths of a percent."""
    return f"{hundredths / 100:.2f}".rstrip("0").rstrip(".") + "%"


def _hundredths(text: str) -> int | None:
    """Return the hundredths of a percentage; None if there is none, and 0 for what is none."""
    text = text.strip().removesuffix("%").strip()
    if not text:
        return None
    whole, _, part = text.partition(".")
    digits = f"{whole or '0'}{part:0<2}"
    found = typed_number(digits, 10_000) if len(part) <= 2 and (part or "." not in text) else None
    return found or 0
