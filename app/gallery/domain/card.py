"""A template as the gallery shows it, and the summary that is kept beside it so that no definition has to be
read for a card."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from app.gallery.domain.search import Entry
from app.integrations.domain import in_order
from app.workflows.domain import Definition, miniature, summary
from app.workflows.domain.checks.needs import missing, part_requirements, requirements, unmet

SUMMARY_FORMAT = 4
"""Grows when `kept_summary` learns something new, so that what is kept of older templates is made again."""


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """`account_id` is None for a system template; `goals` are the types of its goals. `requirements`: the
    integrations that it relies on and the merge tags that one of them or the account fills;
    `message_requirements`: the same for each message. What the account has, its connected integrations and
    the merge tags with a value, is called `available`."""

    id: int
    public_id: str
    account_id: int | None
    key: str | None
    name: str
    description: str
    category: str
    tags: tuple[str, ...]
    version: int
    trigger: str
    steps: int
    days: int
    channels: tuple[str, ...]
    step_types: tuple[str, ...]
    goals: tuple[str, ...]
    requirements: tuple[str, ...]
    message_requirements: tuple[tuple[str, ...], ...]
    miniature: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
    created_by: int | None

    @property
    def needs(self) -> tuple[str, ...]:
        """The integrations that it needs, whatever the account has."""
        return missing(self.requirements, ())

    @property
    def is_system(self) -> bool:
        """Whether it came with Muster and belongs to nobody."""
        return self.account_id is None

    def missing(self, available: Collection[str]) -> tuple[str, ...]:
        """The integrations that it needs and that nothing available makes up for."""
        return missing(self.requirements, available)

    def linked(self, available: Collection[str]) -> tuple[str, ...]:
        """The integrations that it needs only for a link that is in the business details."""
        open_needs = self.missing(available)
        return tuple(need for need in self.needs if need not in available and need not in open_needs)

    def silent_without(self, available: Collection[str]) -> tuple[str, ...]:
        """The integrations for lack of which none of its messages can be sent; nothing while one can."""
        lacking = [unmet(required, available) for required in self.message_requirements]
        return in_order(set().union(*lacking)) if lacking and all(lacking) else ()

    def entry(self) -> Entry:
        """What the search sees."""
        parts = frozenset((self.trigger, *self.step_types, *self.goals))
        return Entry(self.name, self.description, self.category, self.tags, parts)


def kept_summary(definition: Definition) -> dict[str, Any]:
    """What a card and the search need to know of a definition, as JSON."""
    figures = summary(definition)
    return {
        **{
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(figures).items()
        },
        "requirements": sorted(requirements(definition)),
        "message_requirements": [
            sorted(part_requirements(step)) for step in definition.messages if step.is_live
        ],
        "miniature": miniature(definition),
    }


def card_of(row: Mapping[str, Any]) -> Card:
    """The card of a template's row: its columns by name, `summary` as `kept_summary` made it."""
    kept = row["summary"]
    return Card(
        **{name: row[name] for name in ("id", "public_id", "account_id", "key", "name", "description")},
        category=row["category"],
        tags=tuple(row["tags"]),
        version=row["version"],
        trigger=kept["trigger"],
        steps=kept["steps"],
        days=kept["days"],
        channels=tuple(kept["channels"]),
        step_types=tuple(kept["step_types"]),
        goals=tuple(kept["goal_types"]),
        requirements=tuple(kept["requirements"]),
        message_requirements=tuple(map(tuple, kept["message_requirements"])),
        miniature=kept["miniature"],
        **{name: row[name] for name in ("created_at", "updated_at", "created_by")},
    )
