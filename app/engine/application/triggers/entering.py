"""Enrolling contacts by the trigger of a workflow, by set."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from app.activity import application as activity
from app.engine.application.moving import loops
from app.engine.domain import BY_TRIGGER, TRIGGERED
from app.engine.infrastructure import store
from app.platform.database.many_rows import id_list
from app.workflows import application as workflows
from app.workflows.application import Startable
from app.workflows.domain.definition.parts import Trigger
from app.workflows.domain.types.declarations import Change


def enter(
    account_id: int,
    target: Startable,
    contact_ids: Collection[int] | Mapping[int, int],
    at: datetime,
    *,
    occasion: date | None = None,
) -> list[int]:
    """Enroll contacts in a workflow, by the rules of `enroll_many`; return the ids of those enrolled.

    In the transaction of the caller, who holds the contacts, which may be given with the event that starts
    each of them. Contacts whom the trigger has enrolled too often today are left out, and the owner is told
    (see `loops`). An `occasion`, the day for which a date starts them, enrolls a contact once.
    """
    wanted = set(contact_ids)
    event_of = contact_ids if isinstance(contact_ids, Mapping) else {}
    cut = loops.enrolled_too_often(account_id, target, wanted, BY_TRIGGER, at) if wanted else set()
    if wanted - cut:
        enrolled = store.enroll_naming(
            account_id,
            {one: event_of.get(one) for one in wanted - cut},
            target.workflow_id,
            target.version_id,
            target.first_step,
            target.enroll_again,
            BY_TRIGGER,
            at,
            workflows.is_held(account_id, target.workflow_id),
            occasion,
        )
    else:
        enrolled = []
    if enrolled:
        activity.record_many(TRIGGERED, account_id, id_list(enrolled), at, target.workflow_id)
    if cut:
        loops.tell_owner_of(account_id, target, len(cut), at)
    return enrolled


def criteria_of(trigger: Trigger, change: Change | None = None) -> dict[str, Any] | None:
    """Return the criteria that a contact must meet to enter by a trigger; None if there are none."""
    rules: list[Any] = [change.rule] if change and change.rule else []
    filters = trigger.filters
    if isinstance(filters, dict) and (filters.get("all") or filters.get("any")):
        rules.append(filters)
    if not rules:
        return None
    return filters if rules == [filters] else {"all": rules}
