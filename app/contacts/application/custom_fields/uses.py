"""What uses custom fields: segments and bulk actions here, and what other rooms register."""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from app.accounts.domain import Actor
from app.contacts.application.custom_fields.listing import find_field
from app.contacts.domain.criteria import rules_on
from app.contacts.domain.own_fields import OwnField
from app.contacts.infrastructure.selecting import actions, segments
from app.contacts.infrastructure.tables import Segment


class FieldUse(NamedTuple):
    """Something that uses a field: what it is in words, and a function that returns the URL of its page, for
    which a request is needed.

    `rules` are the (operator, value) that it compares the field with. `follows` means that it uses the other
    field after a merge, so that it does not prevent one.
    """

    text: str
    url: Callable[[], str]
    rules: Sequence[tuple[Any, Any]] = ()
    follows: bool = False


FieldUses = Callable[[int, OwnField], Sequence[FieldUse]]
"""(account id, field) -> what uses the field."""

_uses: Final[dict[str, FieldUses]] = {}


def register_field_uses(name: str, uses: FieldUses) -> None:
    """Register something that uses custom fields."""
    _uses[name] = uses


def uses_of(actor: Actor, field: OwnField) -> list[FieldUse]:
    """Return everything that uses a field, for use cases that have checked the actor's permission."""
    return [use for uses in _uses.values() for use in uses(actor.account_id, field)]


def field_uses(actor: Actor, field_id: int) -> list[FieldUse]:
    """Return everything that uses a field, given its id. Raises NotFound."""
    return uses_of(actor, find_field(actor, field_id).field)


def segments_using(account_id: int, field: OwnField) -> list[tuple[Segment, list[tuple[Any, Any]]]]:
    """Return the segments that use a field, by name, with their rules on it."""
    found = ((one, rules_on(one.criteria, field.key)) for one in segments.segments(account_id))
    return [(segment, on_field) for segment, on_field in found if on_field]


def bulk_actions_using(account_id: int, field: OwnField) -> list[tuple[int, list[tuple[Any, Any]]]]:
    """Return the ids of the bulk actions that are not over and select their contacts by a field, with their
    rules on it."""
    found = ((one.id, rules_on(one.criteria, field.key)) for one in actions.unfinished(account_id))
    return [(action_id, on_field) for action_id, on_field in found if on_field]
