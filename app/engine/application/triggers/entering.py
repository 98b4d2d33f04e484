"""Enrolling contacts by the trigger of a workflow, by set."""

from collections.abc import Collection
from datetime import datetime

from app.activity import application as activity
from app.engine.application.moving import loops
from app.engine.domain import BY_TRIGGER, TRIGGERED
from app.engine.infrastructure import store
from app.platform.database.many_rows import id_list
from app.workflows import application as workflows
from app.workflows.application import Startable


def enter(account_id: int, target: Startable, contact_ids: Collection[int], at: datetime) -> list[int]:
    """Enroll contacts in a workflow, by the rules of `enroll_many`; return the ids of those enrolled.

    In the transaction of the caller, who holds the contacts. Contacts whom the trigger has enrolled too often
    today are left out, and the owner is told (see `loops`).
    """
    wanted = set(contact_ids)
    cut = loops.enrolled_too_often(account_id, target, wanted, BY_TRIGGER, at) if wanted else set()
    if wanted - cut:
        enrolled = store.enroll_naming(
            account_id,
            id_list(sorted(wanted - cut)),
            target.workflow_id,
            target.version_id,
            target.first_step,
            target.enroll_again,
            BY_TRIGGER,
            at,
            workflows.is_held(account_id, target.workflow_id),
        )
    else:
        enrolled = []
    if enrolled:
        activity.record_many(TRIGGERED, account_id, id_list(enrolled), at, target.workflow_id)
    if cut:
        loops.tell_owner_of(account_id, target, len(cut), at)
    return enrolled
