"""Sending what is due: claim a few messages, write them, hand them over, record the results.

Workflows take turns, so that a large one does not keep a small one waiting. Emails that belong to no workflow
leave first. One task at a time sends an account’s emails, and one its text messages; another one that comes
meanwhile ends at once.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from app.contacts import application as contacts
from app.messaging.application.handing_over import hand_over
from app.messaging.application.opting_out.topics import skip_stopped
from app.messaging.application.outbox.doubtful import active_enrollments
from app.messaging.application.outbox.transactional import (
    accounts_with_transactional_emails,
    is_transactional_email_due,
    send_transactional,
)
from app.messaging.application.pace import brakes
from app.messaging.application.pace.frequency import hold_back
from app.messaging.application.sms.quiet import hold_quiet, quiet_now
from app.messaging.application.sources import Settled, source
from app.messaging.application.time_line import note_down
from app.messaging.application.transports import Transport, open_transport
from app.messaging.domain.states import SETTLED, State
from app.messaging.infrastructure import due, message_counts, store, turns
from app.messaging.infrastructure.servers.send_results import SendResult, record_results
from app.messaging.infrastructure.store import SMS, Claimed
from app.platform import queue
from app.platform.claims.lost_tasks import TaskWatch
from app.platform.clock import now
from app.platform.database import forget_snapshot, transaction
from app.platform.database.deadlocks import despite_deadlocks
from app.platform.database.many_rows import id_list
from app.platform.logs import log

SEND_TASKS = {"email": "messaging.send_emails", SMS: "messaging.send_texts"}
SECONDS_IN_A_ROW = 30.0
WAKE_AGAIN_SECONDS = 5.0

_watch = TaskWatch()
_woken: dict[tuple[str, int], float] = {}
_last_workflow: dict[tuple[str, int], int] = {}


def wake_senders() -> None:
    """Send a task for each account with messages of a channel that are due, or with emails that belong to no
    workflow. Called twice a second by the clock; a task that is under way or lost is not sent again for
    WAKE_AGAIN_SECONDS."""
    tick = time.monotonic()
    for channel, task in SEND_TASKS.items():
        found = [(channel, account_id) for account_id in _accounts_due(channel, now())]
        asleep = [one for one in found if tick - _woken.get(one, -WAKE_AGAIN_SECONDS) >= WAKE_AGAIN_SECONDS]
        _woken.update(dict.fromkeys(asleep, tick))
        queue.send_all(task, [(account_id,) for _, account_id in asleep])


def wake_emails(account_id: int) -> None:
    """Send a task for the emails of an account, of which some are due."""
    queue.send(SEND_TASKS["email"], account_id)


def send_due(account_id: int, at: datetime | None = None) -> None:
    """Send emails and text messages until none is due, or until it is another task's turn."""
    send_emails(account_id, at)
    send_texts(account_id, at)


def send_emails(account_id: int, at: datetime | None = None) -> None:
    _send_channel(account_id, "email", at)


def send_texts(account_id: int, at: datetime | None = None) -> None:
    _send_channel(account_id, SMS, at)


def _send_channel(account_id: int, channel: str, at: datetime | None) -> None:
    """Send messages until none is due, or until it is another task's turn, at the current time or `at`.

    If the mail server or provider can't be reached, nobody tries again for a while.
    """
    holder = queue.running_task() or uuid4().hex
    turn = Turn(account_id, channel, holder, time.monotonic() + SECONDS_IN_A_ROW)
    if not turn.keep():
        return
    began, sent = time.perf_counter(), 0
    with open_transport(account_id, channel) as transport:
        try:
            while not turn.is_over and (handled := _send_round(turn, transport, at)):
                sent += handled
        finally:
            turn.give_back(rests=not transport.is_reachable)
    if sent:
        milliseconds = round((time.perf_counter() - began) * 1000, 1)
        log.info("messages_handled", extra={"account": account_id, "messages": sent, "ms": milliseconds})


def _accounts_due(channel: str, at: datetime) -> list[int]:
    transactional = () if channel == SMS else accounts_with_transactional_emails(at)
    return sorted({*due.accounts_due(channel, at), *transactional})


@dataclass(frozen=True)
class Turn:
    """The turn of a task to send an account's messages of a channel, until `give_way` (monotonic)."""

    account_id: int
    channel: str
    holder: str
    give_way: float

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self.give_way or queue.should_stop()

    def keep(self) -> bool:
        with transaction():
            return turns.TURNS_OF[self.channel].take(self.account_id, self.holder)

    def give_back(self, rests: bool) -> None:
        with transaction():
            if rests:
                turns.rest(self.channel, self.account_id, self.holder)
            else:
                turns.TURNS_OF[self.channel].give_back(self.account_id, self.holder)


def free_turns() -> None:
    """End the turns of tasks whose worker was killed. Called once a second by the clock."""
    of_all = turns.TURNS_OF.values()
    if lost := _watch.lost({holder for one in of_all for holder in one.holders()}):
        with transaction():
            for one in of_all:
                one.free(lost)
        log.warning("sending_turns_freed", extra={"tasks": len(lost)})


def doubt_abandoned() -> None:
    """Make messages uncertain that were claimed by somebody who died."""
    with transaction():
        abandoned = store.doubt_abandoned()
    for account_id, number in abandoned:
        log.warning("messages_uncertain", extra={"account": account_id, "messages": number})


def _send_round(turn: Turn, transport: Transport, at: datetime | None) -> int:
    """Let each workflow send a few messages, beginning after the one that was last; return how many messages
    were looked at."""
    forget_snapshot()
    handled = _send_transactional(turn, transport, at)
    workflows = due.workflows_due(turn.account_id, turn.channel, at or now())
    last = _last_workflow.get((turn.channel, turn.account_id), 0)
    for workflow_id in sorted(workflows, key=lambda one: (one <= last, one)):
        if turn.is_over or not transport.is_reachable or not turn.keep():
            return 0
        forget_snapshot()
        if source().active(turn.account_id, [workflow_id]):
            _last_workflow[turn.channel, turn.account_id] = workflow_id
            handled += _send_some(turn, workflow_id, transport, at)
    return handled


def _send_transactional(turn: Turn, transport: Transport, at: datetime | None) -> int:
    """Send a few emails that belong to no workflow; return how many were looked at. A fault in one of them
    does not hold up the messages of workflows."""
    account_id = turn.account_id
    if turn.channel == SMS or not is_transactional_email_due(account_id, at or now()) or not turn.keep():
        return 0
    try:
        return send_transactional(account_id, transport, at or now())
    except Exception:
        log.exception("transactional_emails_not_sent", extra={"account": account_id})
        return 0


def _send_some(turn: Turn, workflow_id: int, transport: Transport, at: datetime | None) -> int:
    account_id, channel = turn.account_id, turn.channel
    most = 0 if brakes.is_paused(account_id) else transport.most_at_once(at or now())
    usual = brakes.most_now(account_id, workflow_id, at or now()) if most else 0
    if not most or usual == 0:
        return 0
    most = most if usual is None else min(most, usual)
    with transaction():
        quiet = quiet_now(account_id, transport.quiet_hours, at or now())
        claimed, others = store.claim(
            account_id, workflow_id, channel, at or now(), most, transport.asks_consent, quiet
        )
    if others:
        despite_deadlocks(
            lambda: _leave_out(account_id, channel, others, transport.asks_consent, at or now())
        )
        if channel != SMS:
            despite_deadlocks(lambda: skip_stopped(account_id, others, at or now()))
        despite_deadlocks(lambda: hold_quiet(account_id, workflow_id, others, quiet))
        despite_deadlocks(lambda: hold_back(account_id, others, at or now()))
    if claimed:
        written = source().write(account_id, claimed, transport.name_of)
        forget_snapshot()  # no transaction is open while a mail server takes its time
        results = list(hand_over(claimed, written, transport, at or now()))
        despite_deadlocks(lambda: _record(account_id, claimed, results, at or now()))
        if any(one.state == State.FAILED and one.sender_id for one in results):
            despite_deadlocks(lambda: brakes.look(account_id, workflow_id, at or now()))
    return len(claimed) + len(others)


def _leave_out(account_id: int, channel: str, ids: Sequence[int], asks_consent: bool, at: datetime) -> None:
    """Withdraw messages to contacts that may not be contacted, and let those leave. Text messages to others
    who don’t want any count as not sent."""
    with transaction():
        contacts.hold_many(account_id, store.contacts_of(account_id, ids))
        withdrawn = store.withdraw_unreachable(account_id, ids, at)
        refused = store.refuse_unwanted(account_id, ids, asks_consent, at) if channel == SMS else []
        message_counts.count_new(account_id, [one.id for one in refused])
        note_down(account_id, {one.id: State.FAILED for one in refused}, at)
        settled = [
            Settled(one.enrollment_id, one.step_id, one.visit, state)
            for state, some in ((State.WITHDRAWN, withdrawn), (State.FAILED, refused))
            for one in some
        ]
        if settled:
            source().settled(account_id, settled, at)


def _record(account_id: int, claimed: Sequence[Claimed], results: Sequence[SendResult], at: datetime) -> None:
    messages = {one.id: one for one in claimed}
    with transaction():
        contacts.hold_many(account_id, id_list([one.contact_id for one in claimed]))
        waiting = active_enrollments(account_id, [one.enrollment_id for one in claimed])
        results = [_still_wanted(one, messages[one.id], waiting) for one in results]
        recorded = record_results(account_id, results, at)
        message_counts.count_new(account_id, [one.id for one in results if one.id in recorded])
        note_down(account_id, {one.id: one.state for one in results if one.id in recorded}, at)
        sent = [one for one in results if one.state == State.SENT and one.id in recorded]
        brakes.count_sent(account_id, claimed[0].workflow_id, len(sent), at)
        settled = [
            Settled(message.enrollment_id, message.step_id, message.visit, one.state)
            for one in results
            if one.state in SETTLED and one.id in recorded and (message := messages[one.id])
        ]
        if settled:
            source().settled(account_id, settled, at)


def _still_wanted(result: SendResult, message: Claimed, waiting: Mapping[int, tuple[str, int]]) -> SendResult:
    """Nothing is sent again to somebody who has left the workflow or the step meanwhile."""
    is_there = waiting.get(message.enrollment_id) == (message.step_id, message.visit)
    if result.state == State.PLANNED and not is_there:
        return result._replace(state=State.WITHDRAWN)
    return result
