"""What higher rooms show on the pages of workflows: cards and figures of their own, and how many people are
in each workflow of the list. They register here; this room never knows who came."""

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
    """`show(actor, workflow)` gives HTML (as Markup: plain text is escaped), or None.

    `top`: across the page, above the drawing, for figures and notices; `side`: a card beside the drawing.
    """
    _panels[place][name] = show


def register_people_count(count: Count) -> None:
    """`count(actor, workflow ids)` gives how many people are in each workflow now; missing: nobody."""
    _counts["people"] = count


def panels_of(actor: Actor, workflow: Workflow, place: Place) -> list[str]:
    shown = (show(actor, workflow) for show in _panels[place].values())
    return [html for html in shown if html]


def people_in(actor: Actor, workflow_ids: Sequence[int]) -> dict[int, int] | None:
    """How many people are in each of these workflows now; None when nobody can say."""
    if "people" not in _counts:
        return None
    counted = _counts["people"](actor, workflow_ids) if workflow_ids else {}
    return {workflow_id: counted.get(workflow_id, 0) for workflow_id in workflow_ids}
