"""A template as the gallery shows it, and the summary that is kept beside it so that no definition has to be
read for a card."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from app.gallery.domain.search import Entry
from app.workflows.domain import INTEGRATIONS, MERGE_TAGS, miniature, summary
from app.workflows.domain.needs import type_needs
from app.workflows.domain.steps import MESSAGES
from app.workflows.domain.texts import step_merge_tags
from app.workflows.domain.walk import goals_of, live_steps, text_of

SUMMARY_FORMAT = 2
"""Grows when `kept_summary` learns something new, so that what is kept of older templates is made again."""


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """`account_id` is None for a system template; `goals` are the types of its goals. `message_needs`: for
    each message, the integrations that it needs and the merge tags that one of them or the account fills."""

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
    needs: tuple[str, ...]
    message_needs: tuple[tuple[str, ...], ...]
    miniature: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime
    created_by: int | None

    @property
    def is_system(self) -> bool:
        """Whether it came with Muster and belongs to nobody."""
        return self.account_id is None

    def missing(self, connected: Collection[str]) -> tuple[str, ...]:
        """The integrations that it needs and that are not connected."""
        return tuple(need for need in self.needs if need not in connected)

    def silent_without(self, connected: Collection[str], filled: Collection[str] = ()) -> tuple[str, ...]:
        """The integrations for lack of which none of its messages can be sent; nothing while one can.

        `filled`: merge tags that the account has a value for.
        """
        lacking = [self._lacking(needed, connected, filled) for needed in self.message_needs]
        if not lacking or not all(lacking):
            return ()
        return tuple(name for name in INTEGRATIONS if name in set().union(*lacking))

    @staticmethod
    def _lacking(needed: Collection[str], connected: Collection[str], filled: Collection[str]) -> set[str]:
        open_needs = (one for one in needed if one not in filled)
        names = {MERGE_TAGS[one].need if one in MERGE_TAGS else one for one in open_needs}
        return names - set(connected)

    def entry(self) -> Entry:
        """What the search sees."""
        parts = frozenset((self.trigger, *self.step_types, *self.goals))
        return Entry(self.name, self.description, self.category, self.tags, parts)


def kept_summary(definition: Mapping[str, Any]) -> dict[str, Any]:
    """What a card and the search need to know of a definition, as JSON."""
    figures = summary(definition)
    return {
        **{
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(figures).items()
        },
        "message_needs": [
            sorted(type_needs(place.step) | set(_tags_with_needs(place.step)))
            for place in live_steps(definition)
            if place.type in MESSAGES
        ],
        "goal_types": [text_of(goal.get("type")) for goal in goals_of(definition)],
        "miniature": miniature(definition),
    }


def _tags_with_needs(step: Any) -> Iterator[str]:
    return (tag for tag in step_merge_tags(step) if tag in MERGE_TAGS and MERGE_TAGS[tag].need)


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
        needs=tuple(need for need in INTEGRATIONS if need in kept["needs"]),
        message_needs=tuple(map(tuple, kept["message_needs"])),
        miniature=kept["miniature"],
        **{name: row[name] for name in ("created_at", "updated_at", "created_by")},
    )
