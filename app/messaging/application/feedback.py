"""What becomes of emails after they were sent (E-17): replies, returned ones, and complaints, whoever reports
them: email providers, a mailbox, a program, or a person. Reporting the same again changes nothing."""

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.contacts import application as contacts
from app.contacts.domain import Status
from app.messaging.application.pace import brakes
from app.messaging.application.sources import Settled, source
from app.messaging.application.time_line import note_down, note_reaction
from app.messaging.application.tracking import settle_first
from app.messaging.domain.reactions.feedback import Feedback
from app.messaging.domain.reactions.machines import Fetch
from app.messaging.domain.states import State
from app.messaging.infrastructure import feedback as store
from app.messaging.infrastructure.message_counts import counting
from app.messaging.infrastructure.reactions import store as reactions
from app.messaging.infrastructure.reactions.store import Tracked
from app.platform.clock import now
from app.platform.database import transaction
from app.platform.database.deadlocks import despite_deadlocks
from app.platform.database.many_rows import id_list
from app.platform.errors import Conflict, NotFound
from app.platform.tenancy import acting_for

MOST_SOFT: Final = 3
WITHIN: Final = timedelta(days=30)
_STOPPING: Final = {Feedback.BOUNCED, Feedback.SOFT_BOUNCED, Feedback.COMPLAINED}
COMPLAINT: Final = "Marked an email as spam"


def receive(account_id: int, message_id: int, what: Feedback, answer: str, at: datetime) -> bool:
    """Record feedback about a message of an account. `answer` is what a mail server said, if anything.
    Returns False if the account has no such message, or it was never sent."""

    def recorded() -> bool:
        with acting_for(account_id), transaction():
            found = reactions.tracked(message_id, account_id)
            if found is None:
                return False
            contacts.hold_many(account_id, id_list([found.contact_id]), to_change=True)
            reactions.hold(found)
            if not store.was_sent(account_id, message_id):
                return False
            with counting(account_id, [message_id]):
                _RECORDING[what](found, answer[: store.MAX_ANSWER], at)
            return True

    is_known = despite_deadlocks(recorded)
    if is_known and what in _STOPPING:
        despite_deadlocks(lambda: _look(account_id, message_id, at))
    return is_known


def mark_as_replied(actor: Actor, message_id: int) -> None:
    """Record by hand that the contact has replied. Raises NotFound, and Conflict for what was not sent."""
    accounts.require(actor, Permission.CONTACTS)
    with acting_for(actor.account_id):
        found = reactions.tracked(message_id, actor.account_id)
    if found is None:
        raise NotFound("NOT_FOUND", "This message doesn’t exist.")
    with transaction():
        if not receive(actor.account_id, message_id, Feedback.REPLIED, "", now()):
            raise Conflict("CONFLICT", "This message wasn’t sent, so nobody can have replied to it.")
        activity.record(actor, "reply_noted", "outbox", "", messages=1)


def _look(account_id: int, message_id: int, at: datetime) -> None:
    with acting_for(account_id):
        found = reactions.tracked(message_id, account_id)
        if found is not None:
            brakes.look(account_id, found.workflow_id, at)


def _deliver(found: Tracked, _answer: str, _at: datetime) -> None:
    store.mark_delivered(found.account_id, found.id)


def _bounce(found: Tracked, answer: str, at: datetime) -> None:
    """Return a message. One that nobody knew was sent has its enrollment waiting."""
    before = store.mark_bounced(found.account_id, found.id, answer, at)
    if before is None:
        return
    note_down(found.account_id, {found.id: State.BOUNCED}, at)
    if before.state == State.UNCERTAIN:
        settled = Settled(found.enrollment_id, found.step_id, before.visit, State.BOUNCED)
        source().settled(found.account_id, [settled], at)
    _block(found, at)


def _bounce_for_now(found: Tracked, answer: str, at: datetime) -> None:
    if store.has_soft_bounce(found.account_id, found.id):
        return
    reactions.add(found, store.SOFT, Fetch(at, answer), by_machine=True)
    if store.soft_bounces_of(found.account_id, found.contact_id, at - WITHIN) >= MOST_SOFT:
        _bounce(found, answer, at)


def _complain(found: Tracked, _answer: str, at: datetime) -> None:
    if not store.mark_complained(found.account_id, found.id, at):
        return  # told again, perhaps after the contact has signed up anew
    if contacts.opt_out(found.account_id, found.contact_id, COMPLAINT, at) is not None:
        note_reaction(found.account_id, found.id, "complained", at)


def _reply(found: Tracked, _answer: str, at: datetime) -> None:
    if not store.has_reply(found.account_id, found.id):
        reactions.add(found, "replied", Fetch(at, ""), by_machine=False)
        settle_first(found, "replied", at)


def _block(found: Tracked, at: datetime) -> None:
    columns = {"contact_id": found.contact_id, "status": Status.BOUNCED.value}
    rows = sa.select().add_columns(*(sa.literal(value).label(name) for name, value in columns.items()))
    contacts.block_many(found.account_id, rows, None, at)


_RECORDING: Final = {
    Feedback.DELIVERED: _deliver,
    Feedback.BOUNCED: _bounce,
    Feedback.SOFT_BOUNCED: _bounce_for_now,
    Feedback.COMPLAINED: _complain,
    Feedback.REPLIED: _reply,
}
