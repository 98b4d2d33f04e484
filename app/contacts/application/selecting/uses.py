"""Uses of a selection by rooms above this one, such as adding the contacts to a workflow."""

from collections.abc import Callable
from dataclasses import dataclass

from app.accounts.domain import Actor, Permission
from app.platform.errors import NotFound


@dataclass(frozen=True)
class SelectionUse:
    """Something that another room does with a selection.

    `url(selection_id, target)` is the page that goes on with a selection; `target` is what the user started
    from, such as the id of a workflow, or empty. `title(actor, target)` names it on the pages where contacts
    are selected for it; it raises NotFound.
    """

    name: str
    label: str
    icon: str
    permission: Permission
    url: Callable[[int, str], str]
    title: Callable[[Actor, str], str]


_uses: dict[str, SelectionUse] = {}


def register_use(use: SelectionUse) -> None:
    """Offer a use of selections on the contact pages."""
    _uses[use.name] = use


def uses_for(actor: Actor) -> list[SelectionUse]:
    """Return the uses that the actor has permission for."""
    return [use for use in _uses.values() if actor.may(use.permission)]


def use_named(actor: Actor, name: str) -> SelectionUse:
    """Return a use by name. Raises NotFound, also if the actor lacks permission for it."""
    use = _uses.get(name)
    if use is None or not actor.may(use.permission):
        raise NotFound("NOT_FOUND", "This page doesn’t exist.")
    return use
