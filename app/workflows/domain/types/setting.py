"""A setting of a trigger, step or goal: name, label, kind and limits.

Shared by validation, drawing and forms.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from app.workflows.domain.types.config import Config

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
    "workflow",  # the public id of another workflow
    "sender",  # the address of one of the account's senders
    "topic",  # the key of one of the account's topics
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

ON_FAILURE: Choices = (
    ("continue", "Continue with the next step"),
    ("end", "End the workflow for this contact"),
)
UNITS: Choices = (("minutes", "minutes"), ("hours", "hours"), ("days", "days"), ("weeks", "weeks"))
MINUTES = {"minutes": 1, "hours": 60, "days": 1440, "weeks": 10080}
DAY = 1440
MAX_WAIT_DAYS = 366
MAX_AMOUNT = 1_000_000

WITH_MERGE_TAGS = frozenset({"line", "message", "markdown", "pairs"})
CONTACT_FIELDS = frozenset({"date_field", "any_field", "own_field"})


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting.

    `default` is what a missing value means, `fresh` the value that a new part gets. `visible` is how many
    characters of a text inboxes usually show; 0 means all.
    `when=(other, values)`: it applies only if the setting `other` has one of `values`. `hint` is shown below
    the form field. `event`, for the kind "step", returns the event that the message must support, such as
    "link_clicked", given the other settings.
    """

    name: str
    label: str
    kind: Kind
    required: bool = True
    default: Any = None
    fresh: Any = None
    limit: int = 200
    visible: int = 0
    low: int = 0
    high: int = 1_000_000
    choices: Choices = ()
    when: tuple[str, tuple[str, ...]] | None = None
    hint: str = ""
    event: Callable[[Config], str] | None = None

    def applies(self, config: Mapping[str, Any], siblings: Mapping[str, "Setting"]) -> bool:
        """Return whether the setting applies, given the values of the others."""
        if self.when is None:
            return True
        other, values = self.when
        value = config.get(other)
        if value is None and other in siblings:
            value = siblings[other].default
        return isinstance(value, str) and value in values

    def value(self, config: Mapping[str, Any]) -> Any:
        """Return the value, or the default."""
        value = config.get(self.name)
        return self.default if value is None else value

    def choice_label(self, value: Any) -> str:
        """Return the label of a choice."""
        return next((label for key, label in self.choices if key == value), str(value))


def on_failure(label: str, default: str, hint: str = "") -> Setting:
    """Return the setting that says what happens to a contact for whom the step fails for good."""
    return Setting(
        "on_failure", label, "choice", required=False, default=default, choices=ON_FAILURE, hint=hint
    )


def in_minutes(duration: Any) -> int:
    """Return a duration {amount, unit} in minutes; 0 if it is invalid."""
    if not isinstance(duration, Mapping):
        return 0
    amount, unit = duration.get("amount"), duration.get("unit")
    if isinstance(amount, bool) or not isinstance(amount, int) or amount < 0 or not isinstance(unit, str):
        return 0
    return min(amount, MAX_AMOUNT) * MINUTES.get(unit, 0)
