"""The frequency cap: how many messages a contact gets at most, from all workflows together (E-26)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.platform.text.numbers import typed_number

MAX_MESSAGES: Final = 1000
MAX_DAYS: Final = 365
LOOK_AGAIN: Final = timedelta(minutes=1)

SKIPS: Final = (
    "Skipped because the contact had already received as many messages as the frequency cap allows."
)


class Beyond(StrEnum):
    """What becomes of a message beyond the cap: it waits until it is allowed, or its contact goes on without
    it."""

    WAIT = "wait"
    SKIP = "skip"


@dataclass(frozen=True)
class FrequencyCap:
    """At most `messages` to a contact within `days` days."""

    messages: int
    days: int
    beyond: Beyond = Beyond.WAIT

    @property
    def window(self) -> timedelta:
        return timedelta(days=self.days)

    def allows_at(self, counted: Sequence[datetime | None], at: datetime) -> datetime:
        """Return when a contact who has reached the cap may get another message. `counted` are the times of
        the messages that count, None of those that are being sent: it is not known yet whether they will."""
        if None in counted:
            return at + LOOK_AGAIN
        latest = sorted((one for one in counted if one is not None), reverse=True)
        if len(latest) < self.messages:
            return at + LOOK_AGAIN
        return max(latest[self.messages - 1] + self.window, at + LOOK_AGAIN)


def read_cap(typed: Mapping[str, str]) -> FrequencyCap | dict[str, str] | None:
    """Read cap_messages, cap_days, and cap_beyond; return None for no cap, if both numbers are empty, and
    {field: sentence} if something is wrong."""
    wrong: dict[str, str] = {}
    numbers = {}
    for field, most in (("cap_messages", MAX_MESSAGES), ("cap_days", MAX_DAYS)):
        numbers[field] = typed_number(typed.get(field), most)
        if not numbers[field]:
            wrong[field] = f"Enter a whole number from 1 to {most:,}."
    if not any(typed.get(field, "").strip() for field in numbers):
        return None
    beyond = typed.get("cap_beyond", "")
    if beyond not in list(Beyond):
        wrong["cap_beyond"] = "Choose what happens to further messages."
    return wrong or FrequencyCap(numbers["cap_messages"] or 0, numbers["cap_days"] or 0, Beyond(beyond))
