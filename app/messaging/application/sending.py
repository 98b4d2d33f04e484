"""Sending what is due: claim a few messages, write them, hand them over, record the answers.

Workflows take turns, so that a large one does not keep a small one waiting. One task at a time sends for an
account; another one that comes meanwhile ends at once.
"""

import time
from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from app.contacts import application as contacts
from app.messaging.application.handing_over import hand_over
from app.messaging.application.sources import Settled, source
from app.messaging.application.time_line import note_down
from app.messaging.application.ways_out import WayOut, way_out
from app.messaging.domain.states import SETTLED
from app.messaging.infrastructure import store, turns
from app.messaging.infrastructure.store import Answer, Claimed
from app.platform import queue
from app.platform.clock import now
from app.platform.database import forget_snapshot, transaction
from app.platform.database.deadlocks import despite_deadlocks
from app.platform.database.many_rows import id_list
from app.platform.logs import log

SEND_TASK = "messaging.send_due"
SECONDS_IN_A_ROW = 30.0
WAKE_AGAIN_SECONDS = 5.0

_woken: dict[int, float] = {}


def wake_senders() -> None:
    """Send a task for each account with messages that are due. Called once a second by the clock; a task that
    is under way or lost is not sent again for WAKE_AGAIN_SECONDS."""
    tick = time.monotonic()
    for account_id in store.accounts_due(now()):
        if tick - _woken.get(account_id, -WAKE_AGAIN_SECONDS) >= WAKE_AGAIN_SECONDS:
            _woken[account_id] = tick
            queue.send(SEND_TASK, account_id)


def send_due(account_id: int, at: datetime | None = None) -> None:
    """Send messages until none is due, or until it is another task's turn, at the current time or `at`."""
    holder, give_way = uuid4().hex, time.monotonic() + SECONDS_IN_A_ROW
    began, sent = time.perf_counter(), 0
    if not _take_turn(account_id, holder):
        return
    try:
        with way_out(account_id) as out:
            while time.monotonic() < give_way and not queue.should_stop():
                handled = _send_round(account_id, holder, out, at)
                sent += handled
                if not handled:
                    break
    finally:
        with transaction():
            turns.give_back(account_id, holder)
    if sent:
        milliseconds = round((time.perf_counter() - began) * 1000, 1)
        log.info("messages_handled", extra={"account": account_id, "messages": sent, "ms": milliseconds})


def doubt_abandoned() -> None:
    """Make messages uncertain that were claimed by somebody who died."""
    with transaction():
        abandoned = store.doubt_abandoned()
    for account_id, number in abandoned:
        log.warning("messages_uncertain", extra={"account": account_id, "messages": number})


def _send_round(account_id: int, holder: str, out: WayOut, at: datetime | None) -> int:
    """Let each workflow send a few messages; return how many were claimed."""
    forget_snapshot()
    due = store.workflows_due(account_id, at or now())
    handled = 0
    for workflow_id in sorted(source().active(account_id, due)) if due else ():
        if not _take_turn(account_id, holder):
            return 0
        handled += _send_some(account_id, workflow_id, out, at)
    return handled


def _take_turn(account_id: int, holder: str) -> bool:
    with transaction():
        return turns.take(account_id, holder)


def _send_some(account_id: int, workflow_id: int, out: WayOut, at: datetime | None) -> int:
    most = out.most_at_once(at or now())
    with transaction():
        claimed, withdrawn = store.claim(account_id, workflow_id, at or now(), most) if most else ([], 0)
    if claimed:
        written = source().write(account_id, claimed, out.sender_name)
        forget_snapshot()  # no transaction is open while a mail server takes its time
        answers = list(hand_over(claimed, written, out, at or now()))
        despite_deadlocks(lambda: _record(account_id, claimed, answers, at or now()))
    return len(claimed) + withdrawn


def _record(account_id: int, claimed: Sequence[Claimed], answers: Sequence[Answer], at: datetime) -> None:
    messages = {one.id: one for one in claimed}
    with transaction():
        contacts.hold_many(account_id, id_list([one.contact_id for one in claimed]))
        recorded = store.answer(account_id, answers, at)
        note_down(account_id, {one.id: one.state for one in answers if one.id in recorded}, at)
        settled = [
            Settled(message.enrollment_id, message.step_id, message.visit, one.state, one.answer)
            for one in answers
            if one.state in SETTLED and one.id in recorded and (message := messages[one.id])
        ]
        if settled:
            source().settled(account_id, settled, at)
