"""Sending what is due: claim deliveries, call their servers in threads, record the answers.

One task at a time sends for an account. It has at most AT_ONCE attempts under way, and at most PER_HOST of
them with the same server; workflows and servers take turns. A server that does not answer rests. So what
waits for one server never holds up what goes to others.
"""

import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

from app.deliveries.application import recording
from app.deliveries.application.calling import attempt
from app.deliveries.application.recording import Done
from app.deliveries.application.signing import valid_secrets
from app.deliveries.application.writing import NotWritten, write
from app.deliveries.domain.attempts import INTERRUPTED, MOST_ATTEMPTS, Attempt, Result
from app.deliveries.domain.hosts import GONE, Health
from app.deliveries.domain.requests import Request, request_of, signed
from app.deliveries.infrastructure import due, hosts, store
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
CLAIMED_AT_ONCE, CLAIMED_PER_HOST = 60, 20
GIVEN_UP_AT_ONCE = 200
SECONDS_IN_A_ROW, RENEW_SECONDS = 15.0, 5.0
WAKE_AGAIN_SECONDS = 5.0
LOOK_AGAIN_SECONDS, GATHER_SECONDS = 0.5, 0.05
LAST_ANSWERS_SECONDS = 25.0

_woken: dict[int, float] = {}
_last: dict[int, tuple[int, str]] = {}


def wake_senders() -> None:
    """Send a task for each account with deliveries that are due. Called once a second by the clock; a task
    that is under way or lost is not sent again for WAKE_AGAIN_SECONDS."""
    tick = time.monotonic()
    found = due.accounts_due(now())
    asleep = [one for one in found if tick - _woken.get(one, -WAKE_AGAIN_SECONDS) >= WAKE_AGAIN_SECONDS]
    _woken.update(dict.fromkeys(asleep, tick))
    queue.send_all(SEND_TASK, [(account_id,) for account_id in asleep])


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
    if sender.attempts:
        milliseconds = round((time.perf_counter() - began) * 1000, 1)
        facts = {"account": account_id, "attempts": sender.attempts, "ms": milliseconds}
        log.info("deliveries_attempted", extra=facts)


def release_abandoned() -> None:
    """Plan deliveries again whose sender was killed. Called by the clock."""
    with transaction():
        released = store.release_abandoned()
    if released:
        log.warning("deliveries_released", extra={"deliveries": released})


class Ready(NamedTuple):
    """A claimed delivery with its request, whose turn is still to come."""

    delivery: Claimed
    request: Request


class Sender:
    """Sends the deliveries of an account. Only attempts run in threads; the database is used by one.

    `_ready` are claimed deliveries by host, `_under_way` attempts, `_done` those that are to be recorded.
    """

    def __init__(self, account_id: int, holder: str, at: datetime | None) -> None:
        self._account_id, self._holder, self._at = account_id, holder, at
        self._give_way = time.monotonic() + SECONDS_IN_A_ROW
        self._renew_at = time.monotonic() + RENEW_SECONDS
        self._look_at = 0.0
        self._ready: dict[str, deque[Ready]] = defaultdict(deque)
        self._under_way: dict[Future[Attempt], Claimed] = {}
        self._done: list[Done] = []
        self.attempts = 0

    def run(self) -> None:
        threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="delivery")
        try:
            while self._claim_more() or self._ready or self._under_way:
                if self._is_over:
                    self._put_back(list(self._ready))
                self._start(threads)
                self._gather()
                self._record()
                if time.monotonic() > self._give_way + LAST_ANSWERS_SECONDS:
                    return  # what is still under way is sent again when its lease is over
        finally:
            threads.shutdown(wait=False, cancel_futures=True)

    @property
    def _is_over(self) -> bool:
        return time.monotonic() >= self._give_way or queue.should_stop()

    def _now(self) -> datetime:
        return self._at or now()

    def _has_turn(self) -> bool:
        if time.monotonic() < self._renew_at:
            return True
        self._renew_at = time.monotonic() + RENEW_SECONDS
        with transaction():
            return turns.take(self._account_id, self._holder)

    def _claimed(self) -> Counter[str]:
        """Return {host: claimed deliveries that are not answered}."""
        counted = Counter(one.host for one in self._under_way.values())
        return counted + Counter({host: len(ready) for host, ready in self._ready.items()})

    def _claim_more(self) -> bool:
        """Claim deliveries as long as there is room; return whether any were."""
        is_time = time.monotonic() >= self._look_at or len(self._under_way) < PER_HOST
        if not is_time or self._is_over or not self._has_turn():
            return False
        self._look_at = time.monotonic() + LOOK_AGAIN_SECONDS
        forget_snapshot()
        healths, found = hosts.healths(self._account_id), False
        for workflow_id, host in self._lanes():
            claimed = self._claimed()
            room = min(CLAIMED_AT_ONCE - claimed.total(), CLAIMED_PER_HOST - claimed[host])
            health = healths.get(host)
            if health and health.rests(self._now()):
                found = self._give_up(workflow_id, host, health) or found
            elif room > CLAIMED_PER_HOST // 2:
                found = self._claim(workflow_id, host, room) or found
            if claimed.total() >= CLAIMED_AT_ONCE:
                break
        return found

    def _lanes(self) -> Iterator[tuple[int, str]]:
        """Yield the pairs of an active workflow and a host, beginning after the pair that was last."""
        at, last = self._now(), _last.get(self._account_id, (0, ""))
        found = due.workflows_due(self._account_id, at)
        active = sorted(workflows.active_among(self._account_id, found) if found else ())
        for workflow_id in sorted(active, key=lambda one: (one < last[0], one)):
            lanes = [(workflow_id, host) for host in due.hosts_due(self._account_id, workflow_id, at)]
            yield from sorted(lanes, key=lambda one: (one <= last, one))

    def _claim(self, workflow_id: int, host: str, room: int) -> bool:
        _last[self._account_id] = (workflow_id, host)
        secrets = valid_secrets(self._account_id, self._now())
        with transaction():
            claimed = store.claim(self._account_id, workflow_id, host, self._now(), room)
            bodies = write(self._account_id, [one for one in claimed if one.body is None])
            written = [(key, body) for key, body in bodies.items() if isinstance(body, str)]
            store.keep_bodies(self._account_id, written)
        for one in claimed:
            body = one.body if one.body is not None else bodies[one.id]
            if isinstance(body, NotWritten):
                self._done.append(Done(one, Attempt(Result.REFUSED, str(body))))
            elif one.attempt - one.attempts_before > MOST_ATTEMPTS:
                self._done.append(Done(one, Attempt(Result.REFUSED, INTERRUPTED)))
            else:
                request = signed(request_of(one.method, one.url, one.key, body), secrets, int(time.time()))
                self._ready[host].append(Ready(one, request))
        return bool(claimed)

    def _give_up(self, workflow_id: int, host: str, health: Health) -> bool:
        """Let deliveries fail whose server has not answered for so long."""
        if not health.is_gone(self._now()):
            return False
        with transaction():
            claimed = store.claim(
                self._account_id, workflow_id, host, self._now(), GIVEN_UP_AT_ONCE, is_attempt=False
            )
        self._done += [Done(one, Attempt(Result.REFUSED, GONE)) for one in claimed]
        return bool(claimed)

    def _start(self, threads: ThreadPoolExecutor) -> None:
        """Begin attempts, one with each server in turn, as long as there is room."""
        may_be_private = bool(current().webhook_private_addresses)
        busy = Counter(one.host for one in self._under_way.values())
        began = True
        while began:
            began = False
            for host in list(self._ready):
                if len(self._under_way) < AT_ONCE and busy[host] < PER_HOST and self._ready[host]:
                    delivery, request = self._ready[host].popleft()
                    self._under_way[threads.submit(attempt, request, may_be_private)] = delivery
                    busy[host] += 1
                    began = True
                if not self._ready[host]:
                    del self._ready[host]

    def _gather(self) -> None:
        """Wait for answers, and a moment longer for those that come at the same time."""
        forget_snapshot()  # no transaction is open while servers take their time
        if not self._under_way:
            return
        answered, _ = wait(self._under_way, LOOK_AGAIN_SECONDS, FIRST_COMPLETED)
        if answered and len(answered) < len(self._under_way):
            answered, _ = wait(self._under_way, GATHER_SECONDS)
        silent = set[str]()
        for one in answered:
            done = Done(self._under_way.pop(one), one.result())
            self._done.append(done)
            if done.attempt.result == Result.UNREACHABLE or done.attempt.wait:
                silent.add(done.delivery.host)
        self._put_back(sorted(silent))

    def _put_back(self, hosts: Sequence[str]) -> None:
        """Put back what is still to come to some servers."""
        untried = [one.delivery for host in hosts for one in self._ready.pop(host, ())]
        if untried:
            recording.put_back(self._account_id, untried, self._now())

    def _record(self) -> None:
        if self._done:
            recording.record(self._account_id, self._done, self._now())
            self.attempts += len(self._done)
            self._done = []
