"""Messages of which nobody knows whether they were sent: a person decides what they count as (E-11)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.contacts import application as contacts
from app.messaging.application.sources import Settled, source
from app.messaging.application.time_line import note_down
from app.messaging.domain.states import State
from app.messaging.infrastructure import doubtful_store, message_counts
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.database.deadlocks import despite_deadlocks
from app.platform.database.many_rows import id_list

COUNTED: Final = "You counted it as sent."

Waiting = Callable[[int, Sequence[int]], Mapping[int, tuple[str, int]]]
"""(account id, enrollment ids) → {id: (step id, visit)} of those that are active, locked until the
transaction ends"""

_waiting: list[Waiting] = []


def register_waiting(waiting: Waiting) -> None:
    """Register what knows which enrollments are active."""
    _waiting[:] = [waiting]


def active_enrollments(account_id: int, enrollment_ids: Sequence[int]) -> Mapping[int, tuple[str, int]]:
    """Return {id: (step id, visit)} of those of the enrollments that are active, and lock them until the
    transaction ends."""
    return _waiting[0](account_id, sorted(set(enrollment_ids)))


def send_again(actor: Actor, message_id: int | None = None) -> int:
    """Send an uncertain message again, or all; return how many. Those whose contact has left the workflow
    or the step stay uncertain."""
    accounts.require(actor, Permission.WORKFLOWS)
    return despite_deadlocks(lambda: _send_again(actor, message_id))


def count_as_sent(actor: Actor, message_id: int | None = None) -> int:
    """Let an uncertain message count as sent, or all, so that its contact goes on; return how many."""
    accounts.require(actor, Permission.WORKFLOWS)
    return despite_deadlocks(lambda: _count_as_sent(actor, message_id))


def _send_again(actor: Actor, message_id: int | None) -> int:
    at, account_id = now(), actor.account_id
    with transaction():
        uncertain = doubtful_store.uncertain(account_id, message_id)
        active = active_enrollments(account_id, [one.enrollment_id for one in uncertain])
        wanted = [one.id for one in uncertain if active.get(one.enrollment_id) == (one.step_id, one.visit)]
        planned = doubtful_store.plan_again(account_id, wanted, at)
        if planned:
            activity.record(actor, "messages_sent_again", "outbox", "", messages=planned)
    return planned


def _count_as_sent(actor: Actor, message_id: int | None) -> int:
    at, account_id = now(), actor.account_id
    with transaction():
        uncertain = doubtful_store.uncertain(account_id, message_id)
        contacts.hold_many(account_id, id_list([one.contact_id for one in uncertain]))
        sent = doubtful_store.count_as_sent(account_id, [one.id for one in uncertain], COUNTED, at)
        if sent:
            message_counts.count_new(account_id, [one.id for one in sent])
            note_down(account_id, {one.id: State.SENT for one in sent}, at)
            settled = [Settled(one.enrollment_id, one.step_id, one.visit, State.SENT) for one in sent]
            source().settled(account_id, settled, at)
            activity.record(actor, "messages_counted_as_sent", "outbox", "", messages=len(sent))
    return len(sent)
