"""Deliveries for pages, and sending them again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.contacts import application as contacts
from app.deliveries.domain.requests import HIDDEN, SIGNATURE, request_of
from app.deliveries.domain.states import REPEATABLE, StateWords, View, view_of, words_for
from app.deliveries.infrastructure import planning, queries
from app.deliveries.infrastructure.tables import Delivery
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.errors import Conflict, NotFound
from app.workflows import application as workflows
from app.workflows.domain import Status

PAGE: Final = 25
MOST_AGAIN: Final = 1_000
"""So many failed deliveries are sent again at once."""

_GOES_ON: Final = (Status.ACTIVE, Status.PAUSED)


class WorkflowName(NamedTuple):
    """A deleted workflow keeps its name, but has no page."""

    name: str
    public_id: str
    is_deleted: bool


class ListedDelivery(NamedTuple):
    """A delivery with the names of its contact and workflow, which are None if they no longer exist, and the
    words for its state."""

    delivery: Delivery
    contact: str | None
    workflow: WorkflowName | None
    state: StateWords


@dataclass(frozen=True)
class DeliveryList:
    """A page of deliveries, the newest first. `previous` and `next` are the ids to pass as `before` and
    `after`; `workflows` are those that have deliveries, by name; `workflow` is the chosen one."""

    view: View
    deliveries: Sequence[ListedDelivery]
    previous: int | None
    next: int | None
    workflows: Sequence[WorkflowName]
    workflow: WorkflowName | None


class ShownAttempt(NamedTuple):
    """One of the latest attempts; without `status`, there was no answer."""

    at: datetime
    status: int | None
    milliseconds: int | None
    answer: str


@dataclass(frozen=True)
class ShownDelivery:
    """A delivery with its request and attempts, the newest first. `body` is None if it has not been written
    yet, or was removed with its contact."""

    listed: ListedDelivery
    url: str
    headers: Mapping[str, str]
    body: str | None
    attempts: Sequence[ShownAttempt]
    may_be_repeated: bool

    @property
    def delivery(self) -> Delivery:
        return self.listed.delivery


def list_deliveries(
    actor: Actor, view: str, workflow: str, *, after: int | None = None, before: int | None = None
) -> DeliveryList:
    """Return a page of deliveries: a view, and those of a workflow, given its public id. A workflow that has
    no deliveries is ignored."""
    accounts.require(actor, Permission.REPORTS)
    account_id, shown = actor.account_id, view_of(view)
    known = _names(account_id, queries.workflows_with_deliveries(account_id))
    workflow_id = next((key for key, one in known.items() if one.public_id == workflow), None)
    page = queries.delivery_page(account_id, shown.states, workflow_id, PAGE, after, before)
    found = _listed(account_id, page.deliveries)
    return DeliveryList(
        shown,
        found,
        found[0].delivery.id if found and page.has_previous else None,
        found[-1].delivery.id if found and page.has_next else None,
        sorted(known.values(), key=lambda one: one.name.casefold()),
        known.get(workflow_id or 0),
    )


def show_delivery(actor: Actor, delivery_id: int) -> ShownDelivery:
    """Return a delivery with its request. Raises NotFound."""
    accounts.require(actor, Permission.REPORTS)
    one = queries.delivery(actor.account_id, delivery_id)
    if one is None:
        raise NotFound(
            "NOT_FOUND",
            "This webhook request doesn’t exist.",
            next_url="/deliveries",
            next_label="View webhook requests",
        )
    [listed] = _listed(actor.account_id, [one])
    url, headers, body = one.url, dict[str, str](), None
    if one.body is not None:
        request = request_of(one.method, one.url, one.key, one.body)
        url, headers = request.url, {**request.headers, SIGNATURE: HIDDEN}
        body = _indented(one.body) if request.body is not None else None
    is_over = one.state in REPEATABLE and listed.contact is not None
    may = is_over and actor.may(Permission.WORKFLOWS)
    return ShownDelivery(listed, url, headers, body, _attempts(one), may)


def send_again(actor: Actor, delivery_id: int) -> bool:
    """Send a delivery again that is over; return False if it is not, or if its contact no longer exists.

    Raises NotFound, and Conflict if its workflow is not in use.
    """
    accounts.require(actor, Permission.WORKFLOWS)
    one = queries.delivery(actor.account_id, delivery_id)
    if one is None:
        raise NotFound("NOT_FOUND", "This webhook request doesn’t exist.")
    if workflows.state_of(actor.account_id, one.workflow_id) not in _GOES_ON:
        raise Conflict("CONFLICT", "It can’t be sent again, because its workflow isn’t active.")
    return _repeat(actor, [delivery_id]) > 0


def send_failed_again(actor: Actor, workflow: str) -> int:
    """Send up to MOST_AGAIN failed deliveries again, the newest first: of a workflow, given its public id.
    Returns how many. Raises NotFound, and Conflict if the workflow is not in use."""
    accounts.require(actor, Permission.WORKFLOWS)
    found = workflows.find_workflow(actor, workflow)
    if found.status not in _GOES_ON:
        raise Conflict("CONFLICT", "They can’t be sent again, because the workflow isn’t active.")
    return _repeat(actor, queries.failed_ids(actor.account_id, found.id, MOST_AGAIN))


def failed_in(actor: Actor, workflow_id: int) -> int:
    """Return how many deliveries of a workflow have failed, up to `queries.MOST_COUNTED`."""
    accounts.require(actor, Permission.REPORTS)
    return queries.count_failed(actor.account_id, workflow_id)


def _repeat(actor: Actor, ids: Sequence[int]) -> int:
    with transaction():
        repeated = planning.repeat(actor.account_id, ids, now()) if ids else 0
        if repeated:
            activity.record(actor, "deliveries_sent_again", "deliveries", "", deliveries=repeated)
    return repeated


def _listed(account_id: int, deliveries: Sequence[Delivery]) -> list[ListedDelivery]:
    people = contacts.contact_names(account_id, sorted({one.contact_id for one in deliveries}))
    names = _names(account_id, sorted({one.workflow_id for one in deliveries}))
    return [
        ListedDelivery(
            one,
            people.get(one.contact_id),
            names.get(one.workflow_id),
            words_for(one.state, one.attempt - one.attempts_before),
        )
        for one in deliveries
    ]


def _names(account_id: int, workflow_ids: Sequence[int]) -> dict[int, WorkflowName]:
    found = queries.workflow_names(account_id, workflow_ids) if workflow_ids else {}
    return {key: WorkflowName(*one) for key, one in found.items()}


def _attempts(delivery: Delivery) -> list[ShownAttempt]:
    return [
        ShownAttempt(datetime.fromisoformat(one["at"]), one["status"], one["milliseconds"], one["answer"])
        for one in reversed(delivery.attempts or ())
    ]


def _indented(body: str) -> str:
    return json.dumps(json.loads(body), ensure_ascii=False, indent=2)
