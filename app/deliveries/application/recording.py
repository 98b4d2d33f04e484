"""Recording what became of attempts, in one transaction with what follows from it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from app.contacts import application as contacts
from app.deliveries.application.source import Settled, source
from app.deliveries.application.time_line import note_failures
from app.deliveries.domain.attempts import Attempt, Result, wait_before_next
from app.deliveries.domain.hosts import HEALTHY, Health, after_request_to_wait, after_silence
from app.deliveries.domain.states import OPEN, State
from app.deliveries.infrastructure import hosts, planning, store
from app.deliveries.infrastructure.store import Answer, Claimed
from app.platform import metrics
from app.platform.database import after_commit, transaction
from app.platform.database.deadlocks import despite_deadlocks
from app.platform.database.many_rows import id_list

MOST_KEPT: Final = 10
MAX_KEPT_ANSWER: Final = 120


class Done(NamedTuple):
    """A claimed delivery and the result of its attempt."""

    delivery: Claimed
    attempt: Attempt


def record(account_id: int, done: Sequence[Done], at: datetime) -> None:
    """Record the results of attempts, and let enrollments go on or end whose delivery is settled."""
    despite_deadlocks(lambda: _record(account_id, done, at))


def put_back(account_id: int, deliveries: Sequence[Claimed], at: datetime) -> None:
    """Plan claimed deliveries again that were not attempted, except those of people who have left."""
    despite_deadlocks(lambda: _put_back(account_id, deliveries, at))


def _put_back(account_id: int, deliveries: Sequence[Claimed], at: datetime) -> None:
    with transaction():
        enrollments = sorted({one.enrollment_id for one in deliveries})
        waiting = source().waiting(account_id, enrollments)
        store.put_back(account_id, deliveries)
        planning.withdraw(account_id, sorted(set(enrollments) - set(waiting)), at)


def _is_waiting(delivery: Claimed, waiting: Mapping[int, tuple[str, int]]) -> bool:
    return waiting.get(delivery.enrollment_id) == (delivery.step_id, delivery.visit)


def _record(account_id: int, done: Sequence[Done], at: datetime) -> None:
    deliveries = {one.delivery.id: one.delivery for one in done}
    with transaction():
        contacts.hold_many(account_id, id_list([one.contact_id for one in deliveries.values()]))
        enrollments = sorted({one.enrollment_id for one in deliveries.values()})
        waiting = source().waiting(account_id, enrollments)
        answers = [_answer(one, _is_waiting(one.delivery, waiting), at) for one in done]
        recorded = store.answer(account_id, answers, at)
        _record_health(account_id, done, at)
        _count([one for one in answers if one.id in recorded])
        settled = [one for one in answers if one.id in recorded and one.state not in OPEN]
        failed = [one.id for one in settled if one.state == State.FAILED]
        note_failures(account_id, failed, at)
        if settled:
            source().settled(account_id, [_settled(deliveries[one.id], one) for one in settled], at)


def _count(answers: Sequence[Answer]) -> None:
    """Count attempts by what becomes of the delivery, for /metrics, after the commit."""
    states = Counter(one.state for one in answers)

    def count() -> None:
        for state, attempts in states.items():
            metrics.count(metrics.WEBHOOKS, state.value, more=attempts)

    after_commit(count)


def _answer(done: Done, is_waiting: bool, at: datetime) -> Answer:
    delivery, attempt = done
    state, due_at = State.FAILED, None
    if attempt.result == Result.DELIVERED:
        state = State.DELIVERED
    elif attempt.result != Result.REFUSED:
        wait = wait_before_next(delivery.attempt - delivery.attempts_before, attempt.wait)
        if wait is not None:
            state, due_at = State.PLANNED, at + wait
    if state == State.PLANNED and not is_waiting and not delivery.is_repeated:
        state = State.WITHDRAWN  # nothing is sent again about somebody who has left the step
    attempts = [*(delivery.attempts or ()), _kept(attempt, at)][-MOST_KEPT:]
    return Answer(delivery.id, delivery.attempt, state, attempt.answer, attempt.status, attempts, due_at)


def _kept(attempt: Attempt, at: datetime) -> dict[str, Any]:
    return {
        "at": at.isoformat(),
        "status": attempt.status,
        "milliseconds": attempt.milliseconds,
        "answer": attempt.answer[:MAX_KEPT_ANSWER],
    }


def _settled(delivery: Claimed, answer: Answer) -> Settled:
    return Settled(
        delivery.enrollment_id, delivery.step_id, delivery.visit, answer.state, delivery.on_failure
    )


def _record_health(account_id: int, done: Sequence[Done], at: datetime) -> None:
    """Any answer shows that a server is there; without one it rests after a while."""
    before = hosts.healths(account_id)
    after: dict[str, Health] = {}
    for delivery, attempt in done:
        known = after.get(delivery.host, before.get(delivery.host, HEALTHY))
        if attempt.result == Result.UNREACHABLE:
            after[delivery.host] = after_silence(known, at)
        elif attempt.status is not None:
            asks = attempt.wait if attempt.result == Result.NOT_NOW else None
            after[delivery.host] = after_request_to_wait(asks, at) if asks else HEALTHY
    for host, health in sorted(after.items()):
        if health != before.get(host, HEALTHY):
            hosts.keep_health(account_id, host, health)
