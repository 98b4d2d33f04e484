"""Archiving a workflow: the contacts in it leave, those who are held, too (E-07).

The first piece leaves in the transaction that archives the workflow, the others in a task. The clock sends
the task again as long as somebody is left, such as a contact whom a move or a job was holding.
"""

from collections import Counter
from datetime import datetime

from app.activity import application as activity
from app.deliveries import application as deliveries
from app.engine.domain import REMOVED, EndReason, EnrollmentStatus
from app.engine.infrastructure.counters import counts, end_counts
from app.engine.infrastructure.counters.counts import Place
from app.engine.infrastructure.counters.end_counts import End, end_of
from app.engine.infrastructure.life import archiving
from app.messaging import application as messaging
from app.platform import queue
from app.platform.clock import now
from app.platform.database import after_commit, transaction
from app.platform.database.many_rows import id_list
from app.workflows import application as workflows
from app.workflows.domain import Status

LEAVE_TASK = "engine.leave_archived"
AT_ONCE = 5_000


def register_archival() -> None:
    workflows.register_archival("enrollments", _settle)


def leave_archived(account_id: int, workflow_id: int) -> None:
    """Let all contacts leave a workflow, in pieces, if it is archived."""
    left = AT_ONCE
    while left == AT_ONCE:
        with transaction():
            is_archived = workflows.state_of(account_id, workflow_id) == Status.ARCHIVED
            left = _leave(account_id, workflow_id, now()) if is_archived else 0


def resume_leaving() -> None:
    """Send the task for archived workflows that contacts are still in."""
    for account_id, workflow_id in archiving.archived_with_people():
        queue.send(LEAVE_TASK, account_id, workflow_id)


def _settle(account_id: int, workflow_id: int, at: datetime) -> None:
    if _leave(account_id, workflow_id, at) == AT_ONCE:
        after_commit(lambda: queue.send(LEAVE_TASK, account_id, workflow_id))


def _leave(account_id: int, workflow_id: int, at: datetime) -> int:
    """End up to AT_ONCE enrollments, in the caller's transaction; return how many."""
    found = archiving.claim(account_id, workflow_id, AT_ONCE)
    changes: Counter[Place] = Counter()
    ends: Counter[End] = Counter()
    status, reason = EnrollmentStatus.WITHDRAWN.value, EndReason.ARCHIVED.value
    for one in found:
        place = Place(workflow_id, one.version_id, one.step_id or "", one.status)
        changes[place] -= 1
        changes[place._replace(status=status)] += 1
        ends[end_of(workflow_id, one.version_id, one.step_id, status, reason, one.enrolled_at, at)] += 1
    if found:
        ids = [one.id for one in found]
        archiving.end(account_id, ids, at)
        messaging.withdraw(account_id, ids, at)
        deliveries.withdraw(account_id, ids, at)
        counts.change(account_id, changes)
        end_counts.change(account_id, ends)
        contacts = id_list(sorted(one.contact_id for one in found))
        activity.record_many(REMOVED, account_id, contacts, at, workflow_id, text=reason)
    return len(found)
