"""Extension points of the workflow pages, with which higher rooms register panels and a count of people."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from app.accounts.domain import Actor
from app.workflows.infrastructure.tables import Workflow

Show = Callable[[Actor, Workflow], str | None]
Count = Callable[[Actor, Sequence[int]], Mapping[int, int]]
Place = Literal["top", "side"]

_panels: dict[Place, dict[str, Show]] = {"top": {}, "side": {}}
_counts: dict[str, Count] = {}


def register_panel(name: str, show: Show, place: Place = "side") -> None:
    """Register a panel. `show(actor, workflow)` returns HTML (Markup; plain text is escaped), or None.

    `top` panels span the page above the drawing, for figures and notices; `side` panels are cards next to it.
    """
    _panels[place][name] = show


def register_people_count(count: Count) -> None:
    """Register a function `count(actor, workflow ids)` that returns {workflow id: people in it now}."""
    _counts["people"] = count


def panels_of(actor: Actor, workflow: Workflow, place: Place) -> list[str]:
    shown = (show(actor, workflow) for show in _panels[place].values())
    return [html for html in shown if html]


def people_in(actor: Actor, workflow_ids: Sequence[int]) -> dict[int, int] | None:
    """Return {workflow id: people in it now}, or None if no count is registered."""
    if "people" not in _counts:
        return None
    counted = _counts["people"](actor, workflow_ids) if workflow_ids else {}
    return {workflow_id: counted.get(workflow_id, 0) for workflow_id in workflow_ids}
