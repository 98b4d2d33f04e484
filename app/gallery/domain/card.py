"""Cards of templates, and the summary stored with a template so that no definition is read to show a card."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from app.gallery.domain.search import Entry, message_words
from app.integrations.domain import in_order
from app.workflows.domain import Definition, miniature, summary
from app.workflows.domain.checks.needs import missing, part_requirements, requirements, unmet

SUMMARY_FORMAT = 5
"""Increment when `kept_summary` changes, so that stored summaries are rebuilt."""


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """A template as shown in the gallery.

    `account_id` is None for a system template; `goals` holds goal types. `requirements` are the integrations
    it relies on and the merge tags that an integration or the account fills; `message_requirements` are those
    of each message. `words` are those of all messages. `available` in the methods is what the account has:
    connected integrations and filled merge tags. `shared_by` is the name of the agency that shares it with
    the account, `is_shared` whether its account shares it with others.
    """

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
    words: tuple[str, ...] = ()
    shared_by: str | None = None
    is_shared: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        """Required integrations, regardless of what the account has."""
        return missing(self.requirements, ())

    @property
    def is_system(self) -> bool:
        """Whether the template came with Muster and belongs to no account."""
        return self.account_id is None

    def missing(self, available: Collection[str]) -> tuple[str, ...]:
        """Return the required integrations that nothing available replaces."""
        return missing(self.requirements, available)

    def linked(self, available: Collection[str]) -> tuple[str, ...]:
        """Return the integrations that are needed only for a link that the business details provide."""
        open_needs = self.missing(available)
        return tuple(need for need in self.needs if need not in available and need not in open_needs)

    def silent_without(self, available: Collection[str]) -> tuple[str, ...]:
        """Return the integrations without which no message could be sent; empty if at least one can be."""
        lacking = [unmet(required, available) for required in self.message_requirements]
        return in_order(set().union(*lacking)) if lacking and all(lacking) else ()

    def entry(self) -> Entry:
        """Return the searchable parts."""
        parts = frozenset((self.trigger, *self.step_types, *self.goals))
        return Entry(self.name, self.description, self.category, self.tags, parts, self.words)


def kept_summary(definition: Definition) -> dict[str, Any]:
    """Return what cards and search need from a definition, as JSON."""
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
        "words": message_words(definition),
    }


def card_of(row: Mapping[str, Any]) -> Card:
    """Build a card from a template's columns; `summary` as written by `kept_summary`."""
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
        words=tuple(kept.get("words", ())),
        **{name: row[name] for name in ("created_at", "updated_at", "created_by")},
        shared_by=row.get("shared_by"),
        is_shared=row.get("is_shared", False),
    )
