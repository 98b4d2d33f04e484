"""Sending what is due: claim a few deliveries, call their servers in threads, record the answers.

One task at a time sends for an account. It has at most AT_ONCE attempts under way, and at most PER_HOST of
them with the same server; workflows and servers take turns. A server that does not answer rests. So what
waits for one server never holds up what goes to others.
"""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime
from uuid import uuid4

from app.deliveries.application import recording
from app.deliveries.application.calling import attempt
from app.deliveries.application.recording import Done
from app.deliveries.application.signing import valid_secrets
from app.deliveries.application.writing import NotWritten, write
from app.deliveries.domain.attempts import INTERRUPTED, MOST_ATTEMPTS, Attempt, Result
from app.deliveries.domain.hosts import GONE, Health
from app.deliveries.domain.requests import request_of, signed
from app.deliveries.infrastructure import due, hosts, store
from app.deliveries.infrastructure.due import Lane
from app.deliveries.infrastructure.store import Claimed
from app.deliveries.infrastructure.turns import turns
from app.platform import queue
from app.platform.clock import now
from app.platform.database import forget_snapshot, transaction
from app.platform.logs import log
from app.platform.settings import current
from app.workflows import application as workflows

SEND_TASK = "deliveries.send_due"
AT_ONCE, PER_HOST = 16, 4
GIVEN_UP_AT_ONCE = 200
SECONDS_IN_A_ROW, RENEW_SECONDS = 15.0, 5.0
WAKE_AGAIN_SECONDS = 5.0
LOOK_AGAIN_SECONDS = 0.5
LAST_ANSWERS_SECONDS = 25.0

_woken: dict[int, float] = {}
_last_lane: dict[int, Lane] = {}


def wake_senders() -> None:
    """Send a task for each account with deliveries that are due. Called once a second by the clock; a task
    that is under way or lost is not sent again for WAKE_AGAIN_SECONDS."""
    tick = time.monotonic()
    for account_id in due.accounts_due(now()):
        if tick - _woken.get(account_id, -WAKE_AGAIN_SECONDS) >= WAKE_AGAIN_SECONDS:
            _woken[account_id] = tick
            queue.send(SEND_TASK, account_id)


def send_due(account_id: int, at: datetime | None = None) -> None:
    """Send deliveries until none is due, or until it is another task's turn, at the current time or `at`."""
    holder = queue.running_task() or uuid4().hex
    with transaction():
        is_mine = turns.take(account_id, holder)
    if not is_mine:
        return
    began = time.perf_counter()
    sender = Sender(account_id, holder, at)
    try:
        sender.run()
    finally:
        with transaction():
            turns.give_back(account_id, holder)
    if sender.settled:
        milliseconds = round((time.perf_counter() - began) * 1000, 1)
        log.info(
            "deliveries_attempted",
            extra={"account": account_id, "attempts": sender.settled, "ms": milliseconds},
        )


def release_abandoned() -> None:
    """Plan deliveries again whose sender was killed. Called by the clock."""
    with transaction():
        released = store.release_abandoned()
    if released:
        log.warning("deliveries_released", extra={"deliveries": released})


class Sender:
    """Sends the deliveries of an account. Only attempts run in threads; the database is used by one."""

    def __init__(self, account_id: int, holder: str, at: datetime | None) -> None:
        self._account_id, self._holder, self._at = account_id, holder, at
        self._give_way = time.monotonic() + SECONDS_IN_A_ROW
        self._renew_at = time.monotonic() + RENEW_SECONDS
        self._under_way: dict[Future[Attempt], Claimed] = {}
        self.settled = 0

    def run(self) -> None:
        threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="delivery")
        try:
            while self._begin_more(threads) or self._under_way:
                self._record_answers()
                if time.monotonic() > self._give_way + LAST_ANSWERS_SECONDS:
                    return  # what is still under way is sent again when its lease is over
        finally:
            threads.shutdown(wait=False, cancel_futures=True)

    @property
    def _is_over(self) -> bool:
        return time.monotonic() >= self._give_way or queue.should_stop()

    def _has_turn(self) -> bool:
        if time.monotonic() < self._renew_at:
            return True
        self._renew_at = time.monotonic() + RENEW_SECONDS
        with transaction():
            return turns.take(self._account_id, self._holder)

    def _now(self) -> datetime:
        return self._at or now()

    def _begin_more(self, threads: ThreadPoolExecutor) -> bool:
        """Begin attempts as long as there is room; return whether anything was taken on."""
        if len(self._under_way) >= AT_ONCE or self._is_over or not self._has_turn():
            return False
        forget_snapshot()
        healths, taken = hosts.healths(self._account_id), False
        for lane in self._lanes():
            health = healths.get(lane.host)
            if health and health.rests(self._now()):
                taken = self._give_up(lane, health) or taken
            else:
                taken = self._begin(lane, threads) or taken
        return taken

    def _lanes(self) -> Iterator[Lane]:
        """Yield the lanes of active workflows, beginning after the one that was last."""
        found = due.lanes_due(self._account_id, self._now())
        active = workflows.active_among(self._account_id, {one.workflow_id for one in found})
        last = _last_lane.get(self._account_id, Lane(0, ""))
        for lane in sorted(found, key=lambda one: (one <= last, one)):
            if lane.workflow_id in active:
                yield lane

    def _begin(self, lane: Lane, threads: ThreadPoolExecutor) -> bool:
        with_host = sum(one.host == lane.host for one in self._under_way.values())
        room = min(AT_ONCE - len(self._under_way), PER_HOST - with_host)
        if room <= 0:
            return False
        _last_lane[self._account_id] = lane
        secrets = valid_secrets(self._account_id, self._now())
        with transaction():
            claimed = store.claim(self._account_id, *lane, self._now(), room)
            bodies = write(self._account_id, [one for one in claimed if one.body is None])
            written = [(key, body) for key, body in bodies.items() if isinstance(body, str)]
            store.keep_bodies(self._account_id, written)
        forget_snapshot()  # no transaction is open while a server takes its time
        may_be_private = bool(current().webhook_private_addresses)
        failed = []
        for one in claimed:
            body = one.body if one.body is not None else bodies[one.id]
            if isinstance(body, NotWritten):
                failed.append(Done(one, Attempt(Result.REFUSED, str(body))))
            elif one.attempt - one.attempts_before > MOST_ATTEMPTS:
                failed.append(Done(one, Attempt(Result.REFUSED, INTERRUPTED)))
            else:
                request = signed(request_of(one.method, one.url, one.key, body), secrets, int(time.time()))
                self._under_way[threads.submit(attempt, request, may_be_private)] = one
        self._record(failed)
        return bool(claimed)

    def _give_up(self, lane: Lane, health: Health) -> bool:
        """Let deliveries fail whose server has not answered for so long."""
        if not health.is_gone(self._now()):
            return False
        with transaction():
            claimed = store.claim(self._account_id, *lane, self._now(), GIVEN_UP_AT_ONCE, is_attempt=False)
        self._record([Done(one, Attempt(Result.REFUSED, GONE)) for one in claimed])
        return bool(claimed)

    def _record_answers(self) -> None:
        if self._under_way:
            answered, _ = wait(self._under_way, LOOK_AGAIN_SECONDS, FIRST_COMPLETED)
            self._record([Done(self._under_way.pop(one), one.result()) for one in answered])

    def _record(self, done: Sequence[Done]) -> None:
        if done:
            recording.record(self._account_id, done, self._now())
            self.settled += len(done)
