"""One setting of a trigger, step or goal: its name, label, kind and limits.

The tables in `triggers`, `steps` and `goals` are made of these, so the validator, the drawing and the forms
of the editor all read the same description.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Kind: TypeAlias = Literal[
    "text",  # plain words, one line
    "line",  # one line with merge tags
    "message",  # several lines with merge tags
    "markdown",  # Markdown with merge tags
    "tag",
    "date_field",  # a contact's field that holds a date
    "any_field",  # a contact's field
    "own_field",  # a contact's field that a step may change
    "step",  # the id of a message step
    "choice",
    "count",  # whole number
    "money",
    "date",  # 2026-05-01
    "time",  # 09:00
    "url",
    "key",
    "duration",  # {amount, unit}
    "pairs",  # name -> text with merge tags
]

Choices: TypeAlias = tuple[tuple[str, str], ...]

UNITS: Choices = (("minutes", "minutes"), ("hours", "hours"), ("days", "days"), ("weeks", "weeks"))
MINUTES = {"minutes": 1, "hours": 60, "days": 1440, "weeks": 10080}
MAX_WAIT_DAYS = 366
LONGEST = 1_000_000

WITH_MERGE_TAGS = frozenset({"line", "message", "markdown", "pairs"})


@dataclass(frozen=True, slots=True)
class Setting:
    """`when=(other, values)`: counts only while the setting `other` holds one of `values`."""

    name: str
    label: str
    kind: Kind
    required: bool = True
    default: Any = None
    limit: int = 200
    low: int = 0
    high: int = 1_000_000
    choices: Choices = ()
    when: tuple[str, tuple[str, ...]] | None = None

    def applies(self, config: Mapping[str, Any], siblings: Mapping[str, "Setting"]) -> bool:
        """Whether the setting counts, given the others."""
        if self.when is None:
            return True
        other, values = self.when
        value = config.get(other)
        if value is None and other in siblings:
            value = siblings[other].default
        return isinstance(value, str) and value in values

    def value(self, config: Mapping[str, Any]) -> Any:
        """What is set, or the default."""
        value = config.get(self.name)
        return self.default if value is None else value

    def choice_label(self, value: Any) -> str:
        """The words of a choice."""
        return next((label for key, label in self.choices if key == value), str(value))


@dataclass(frozen=True, slots=True)
class Part:
    """A type of trigger, step or goal. `need` names the integration without which it cannot run."""

    type: str
    title: str
    settings: tuple[Setting, ...] = ()
    need: str = ""
    group: str = ""
    channel: str = ""
    deprecated: str = ""

    def setting(self, name: str) -> Setting | None:
        """The setting of that name."""
        return next((one for one in self.settings if one.name == name), None)

    def applying(self, config: Mapping[str, Any]) -> list[Setting]:
        """The settings that count, given what is set."""
        siblings = {one.name: one for one in self.settings}
        return [one for one in self.settings if one.applies(config, siblings)]


def in_minutes(duration: Any) -> int:
    """The length of a {amount, unit}; 0 for what is not one."""
    if not isinstance(duration, dict):
        return 0
    amount, unit = duration.get("amount"), duration.get("unit")
    if isinstance(amount, bool) or not isinstance(amount, int) or amount < 0 or not isinstance(unit, str):
        return 0
    return min(amount, LONGEST) * MINUTES.get(unit, 0)
