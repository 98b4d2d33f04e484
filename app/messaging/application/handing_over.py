"""Handing messages over, some at the same time, and what became of each."""

import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from app.messaging.application.sources import Content
from app.messaging.application.transports import SenderFull, Transport
from app.messaging.domain.emails.mime import MAX_SUBJECT
from app.messaging.domain.receipt import Receipt
from app.messaging.domain.states import State, wait_before
from app.messaging.infrastructure.servers.send_results import SendResult
from app.messaging.infrastructure.servers.smtp import Doubtful, Refused, Unreachable
from app.messaging.infrastructure.store import Claimed
from app.platform.logs import log
from app.platform.mail import MAX_ANSWER_LENGTH

GONE: Final = "The contact no longer exists."
UNEXPECTED: Final = "An unexpected error occurred. Details are in the server log."
BATCH_SECONDS: Final = 45.0
UNREACHABLE_WAIT: Final = timedelta(minutes=1)
WORTH_A_CONNECTION: Final = 5  # messages


class _InFlight(NamedTuple):
    """A message that is being handed over."""

    message: Claimed
    content: Content
    sender_id: int | None


def hand_over(
    claimed: Sequence[Claimed], written: Mapping[int, Content | str], transport: Transport, at: datetime
) -> Iterator[SendResult]:
    """Hand messages over, and yield what became of each. Few are handed over one by one, many over several
    connections.

    Once the mail server can't be reached, or BATCH_SECONDS are over, the others are not tried, and that is no
    attempt. A message that can't be written harms no other one.
    """
    lost, end = "", time.monotonic() + BATCH_SECONDS
    most = -(-len(claimed) // WORTH_A_CONNECTION)
    in_flight: dict[Future[Receipt], _InFlight] = {}
    for message in claimed:
        content = written.get(message.id, GONE)
        if isinstance(content, str):
            yield SendResult(message.id, message.attempt, State.FAILED, content)
        elif lost:
            yield _untried(message, lost, at + UNREACHABLE_WAIT)
        elif time.monotonic() > end:
            yield _untried(message, "", at)
        else:
            in_flight[_begun(transport, message, content)] = _InFlight(message, content, transport.sender_id)
            for done in _done(in_flight, fewer_than=min(most, transport.at_once)):
                lost = lost or _why_lost(done)
                yield _outcome(done, in_flight.pop(done), at)
    for done in _done(in_flight, fewer_than=1):
        yield _outcome(done, in_flight.pop(done), at)


def _begun(transport: Transport, message: Claimed, content: Content) -> Future[Receipt]:
    """Begin to hand a message over. On transports that take one at a time it is done then."""
    begun: Future[Receipt] = Future()
    try:
        receipt = transport.send(message, content)
    except Exception as failure:
        begun.set_exception(failure)
        return begun
    if isinstance(receipt, Future):
        return receipt
    begun.set_result(receipt)
    return begun


def _done(in_flight: Mapping[Future[Receipt], _InFlight], fewer_than: int) -> Iterator[Future[Receipt]]:
    """Wait until fewer messages are in flight; yield those that are done, which the caller takes out."""
    while len(in_flight) >= fewer_than and in_flight:
        yield from wait(in_flight, return_when=FIRST_COMPLETED).done


def _why_lost(done: Future[Receipt]) -> str:
    failure = done.exception()
    return str(failure) if isinstance(failure, Unreachable) else ""


def _outcome(done: Future[Receipt], handed: _InFlight, at: datetime) -> SendResult:
    message, content, sender_id = handed
    try:
        return _result(message, content, State.SENT, done.result())
    except SenderFull as full:
        return _untried(message, "", at + full.wait)
    except Unreachable as failure:
        return _untried(message, str(failure), at + UNREACHABLE_WAIT)
    except Refused as refused:
        return _refused(handed, refused, at)
    except Doubtful as doubt:
        return _result(message, content, State.UNCERTAIN, Receipt(str(doubt), sender_id))
    except Exception:
        log.exception("message_not_handed_over", extra={"message_id": message.id})
        return _result(message, content, State.UNCERTAIN, Receipt(UNEXPECTED, sender_id))


def _untried(message: Claimed, why: str, due_at: datetime) -> SendResult:
    answer = why[:MAX_ANSWER_LENGTH]
    return SendResult(message.id, message.attempt, State.PLANNED, answer, due_at=due_at, is_attempt=False)


def _refused(handed: _InFlight, refused: Refused, at: datetime) -> SendResult:
    message, content, sender_id = handed
    later = None if refused.is_final else wait_before(message.attempt)
    if later is None:
        return _result(message, content, State.FAILED, Receipt(str(refused), sender_id))
    return SendResult(message.id, message.attempt, State.PLANNED, str(refused), due_at=at + later)


def _result(message: Claimed, content: Content, state: State, receipt: Receipt) -> SendResult:
    return SendResult(
        message.id,
        message.attempt,
        state,
        receipt.answer[:MAX_ANSWER_LENGTH],
        receipt.address or content.address,
        content.subject[:MAX_SUBJECT],
        dict(content.merge_values),
        sender_id=receipt.sender_id,
    )
