"""Extension points, with which higher rooms register panels of the workflow page, counts of people, the
ids and versions of templates, and what happens when a workflow is archived or duplicated."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from app.accounts.domain import Actor
from app.workflows.infrastructure.tables import Workflow

Show = Callable[[Actor, Workflow], str | None]
Count = Callable[[Actor, Sequence[int]], Mapping[int, int]]
TemplateIds = Callable[[Actor, Collection[int]], Mapping[int, str]]
TemplateVersions = Callable[[Actor, Sequence[int]], Mapping[int, int]]
News = Callable[[Actor, Sequence[int]], Mapping[int, "ListNews"]]
StepNotes = Callable[[Actor, Workflow], Mapping[str, str]]
Archival = Callable[[int, int, datetime], None]
PeopleLeft = Callable[[int, int], int]
Copied = Callable[[Workflow, Workflow, Mapping[str, str]], None]
Place = Literal["top", "side"]


class ListNews(NamedTuple):
    """A short text beside a workflow in the list, and the page that it leads to."""

    text: str
    url: str


_panels: dict[Place, dict[str, Show]] = {"top": {}, "side": {}}
_counts: dict[str, Count] = {}
_news: dict[str, News] = {}
_step_notes: dict[str, StepNotes] = {}
_template_ids: dict[str, TemplateIds] = {}
_template_versions: dict[str, TemplateVersions] = {}
_activations: dict[str, Archival] = {}
_archivals: dict[str, Archival] = {}
_people_left: dict[str, PeopleLeft] = {}
_copied: dict[str, Copied] = {}


def register_panel(name: str, show: Show, place: Place = "side") -> None:
    """Register a panel. `show(actor, workflow)` returns HTML (Markup; plain text is escaped), or None.

    `top` panels span the page above the drawing, for figures and notices; `side` panels are cards next to it.
    """
    _panels[place][name] = show


def register_people_count(count: Count) -> None:
    """Register a function `count(actor, workflow ids)` that returns {workflow id: people in it now}."""
    _counts["people"] = count


def register_template_ids(find: TemplateIds) -> None:
    """Register a function `find(actor, template ids)` that returns {template id: public id}."""
    _template_ids["templates"] = find


def register_template_versions(find: TemplateVersions) -> None:
    """Register a function `find(actor, workflow ids)` that returns {workflow id: version of its template} of
    those that were brought up to another version than the one that they were made from."""
    _template_versions["templates"] = find


def register_news(name: str, find: News) -> None:
    """Register a function `find(actor, workflow ids)` that returns {workflow id: news} for the list."""
    _news[name] = find


def register_step_notes(notes: StepNotes) -> None:
    """Register a function `notes(actor, workflow)` that returns {step id: what its drawing says about people
    at the step}."""
    _step_notes["people"] = notes


def register_archival(name: str, settle: Archival) -> None:
    """Register what else happens when a workflow is archived: `settle(account_id, workflow id, at)`, in the
    same transaction."""
    _archivals[name] = settle


def register_people_left(count: PeopleLeft) -> None:
    """Register a function `count(account_id, workflow id)` that returns how many people are in a workflow,
    without asking for a permission."""
    _people_left["people"] = count


def register_copy(name: str, settle: Copied) -> None:
    """Register what else happens when a workflow is duplicated: `settle(source, copy, {id in the source: id
    in the copy})`, in the same transaction."""
    _copied[name] = settle


def register_activation(name: str, settle: Archival) -> None:
    """Register what else happens when a workflow is activated: `settle(account_id, workflow id, at)`, in the
    same transaction."""
    _activations[name] = settle


def settle_activation(account_id: int, workflow_id: int, at: datetime) -> None:
    for settle in _activations.values():
        settle(account_id, workflow_id, at)


def settle_archival(account_id: int, workflow_id: int, at: datetime) -> None:
    for settle in _archivals.values():
        settle(account_id, workflow_id, at)


def settle_copy(source: Workflow, copy: Workflow, ids: Mapping[str, str]) -> None:
    for settle in _copied.values():
        settle(source, copy, ids)


def people_left(account_id: int, workflow_id: int) -> int:
    """Return how many people are in a workflow; 0 if no function is registered."""
    return _people_left["people"](account_id, workflow_id) if "people" in _people_left else 0


def step_notes(actor: Actor, workflow: Workflow) -> Mapping[str, str]:
    """Return {step id: note}; {} if no function is registered."""
    return _step_notes["people"](actor, workflow) if "people" in _step_notes else {}


def panels_of(actor: Actor, workflow: Workflow, place: Place) -> list[str]:
    shown = (show(actor, workflow) for show in _panels[place].values())
    return [html for html in shown if html]


def people_in(actor: Actor, workflow_ids: Sequence[int]) -> dict[int, int] | None:
    """Return {workflow id: people in it now}, or None if no count is registered."""
    if "people" not in _counts:
        return None
    counted = _counts["people"](actor, workflow_ids) if workflow_ids else {}
    return {workflow_id: counted.get(workflow_id, 0) for workflow_id in workflow_ids}


def news_of(actor: Actor, workflow_ids: Sequence[int]) -> dict[int, ListNews]:
    """Return {workflow id: news} of those that have any."""
    found: dict[int, ListNews] = {}
    for find in _news.values() if workflow_ids else ():
        found |= find(actor, workflow_ids)
    return found


def template_ids(actor: Actor, ids: Collection[int]) -> Mapping[int, str]:
    """Return {template id: public id} of those that the account may see; {} if no function is registered."""
    return _template_ids["templates"](actor, ids) if ids and "templates" in _template_ids else {}


def template_versions(actor: Actor, workflow_ids: Sequence[int]) -> Mapping[int, int]:
    """Return {workflow id: version of its template that it was brought up to}; {} if no function is
    registered."""
    is_asked = workflow_ids and "templates" in _template_versions
    return _template_versions["templates"](actor, workflow_ids) if is_asked else {}
