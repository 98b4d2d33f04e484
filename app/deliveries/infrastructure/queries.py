"""Reads of deliveries for pages. Lists are put together from parts that are one range of an index each."""

from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from app.deliveries.domain.states import State
from app.deliveries.infrastructure.tables import Delivery
from app.platform.database import session
from app.platform.database.skip_scan import distinct_values
from app.workflows.infrastructure.tables import Workflow, WorkflowVersion

_deliveries = Delivery.__table__
MOST_COUNTED: Final = 1_000


class DeliveryPage(NamedTuple):
    deliveries: Sequence[Delivery]
    has_previous: bool
    has_next: bool


def delivery(account_id: int, delivery_id: int) -> Delivery | None:
    query = sa.select(Delivery).where(Delivery.account_id == account_id, Delivery.id == delivery_id)
    return session().scalar(query, execution_options={"populate_existing": True})


def delivery_page(
    account_id: int,
    states: Sequence[State],
    workflow_id: int | None,
    limit: int,
    after: int | None = None,
    before: int | None = None,
) -> DeliveryPage:
    """Return the page of deliveries after or before the one with that id, the newest first."""
    is_back = before is not None
    place = before if is_back else after
    parts = [_part(account_id, one, workflow_id, is_back, place, limit + 1) for one in states or State]
    ids = sorted(session().scalars(sa.union_all(*parts)), reverse=not is_back)[: limit + 1]
    deliveries = _by_ids(account_id, ids[:limit])
    if not is_back:
        return DeliveryPage(deliveries, after is not None, len(ids) > limit)
    if len(ids) <= limit:
        return delivery_page(account_id, states, workflow_id, limit)
    return DeliveryPage(deliveries[::-1], True, True)


def failed_ids(account_id: int, workflow_id: int | None, limit: int) -> list[int]:
    """Return the ids of failed deliveries, the newest first."""
    return list(session().scalars(_part(account_id, State.FAILED, workflow_id, False, None, limit)))


def count_failed(account_id: int, workflow_id: int) -> int:
    """Return how many deliveries of a workflow have failed, up to MOST_COUNTED."""
    few = _part(account_id, State.FAILED, workflow_id, False, None, MOST_COUNTED).subquery()
    return session().scalar(sa.select(sa.func.count()).select_from(few)) or 0


def workflows_with_deliveries(account_id: int) -> list[int]:
    """Return the ids of the workflows that have deliveries."""
    one = _deliveries.c
    workflow_id = distinct_values(one.workflow_id, one.account_id == account_id).c.workflow_id
    return list(session().scalars(sa.select(workflow_id).where(workflow_id.is_not(None))))


def workflow_names(account_id: int, workflow_ids: Collection[int]) -> dict[int, tuple[str, str, bool]]:
    """Return {workflow id: (name, public id, whether it has been deleted)}."""
    deleted = Workflow.deleted_at.is_not(None)
    query = sa.select(Workflow.id, Workflow.name, Workflow.public_id, deleted).where(
        Workflow.account_id == account_id, Workflow.id.in_(workflow_ids)
    )
    return {row[0]: (row[1], row[2], row[3]) for row in session().execute(query)}


def versions(account_id: int, version_ids: Collection[int]) -> dict[int, WorkflowVersion]:
    """Return {version id: version}."""
    query = sa.select(WorkflowVersion).where(
        WorkflowVersion.account_id == account_id, WorkflowVersion.id.in_(version_ids)
    )
    return {one.id: one for one in session().scalars(query)}


def known(account_id: int, ids: Collection[int]) -> set[int]:
    """Return those of the deliveries that exist."""
    query = sa.select(Delivery.id).where(Delivery.account_id == account_id, Delivery.id.in_(set(ids)))
    return set(session().scalars(query))


def bodies_of_contact(account_id: int, contact_id: int) -> int:
    """Return the number of deliveries that know something of a contact."""
    query = sa.select(sa.func.count()).where(
        Delivery.account_id == account_id, Delivery.contact_id == contact_id, Delivery.body.is_not(None)
    )
    return session().scalar(query) or 0


def _part(
    account_id: int, state: State, workflow_id: int | None, is_back: bool, place: int | None, limit: int
) -> sa.Select[Any]:
    """Select the ids of the first deliveries with a state after a place."""
    one = _deliveries.c
    query = sa.select(one.id).where(one.account_id == account_id, one.state == state.value)
    if workflow_id is not None:
        query = query.where(one.workflow_id == workflow_id)
    if place is not None:
        query = query.where(one.id > place if is_back else one.id < place)
    query = query.order_by(one.id.asc() if is_back else one.id.desc()).limit(limit)
    return sa.select(query.subquery().c.id)


def _by_ids(account_id: int, ids: Sequence[int]) -> list[Delivery]:
    """Return the deliveries in this order, without their bodies."""
    query = sa.select(Delivery).where(Delivery.account_id == account_id, Delivery.id.in_(ids))
    query = query.options(sa.orm.defer(Delivery.body, raiseload=True))
    rows = session().scalars(query, execution_options={"populate_existing": True}) if ids else ()
    found = {one.id: one for one in rows}
    return [found[key] for key in ids if key in found]
