"""Handing messages over one by one, and what became of each."""

import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from app.messaging.application.sources import Content
from app.messaging.application.ways_out import SenderFull, WayOut
from app.messaging.domain.emails.mime import MAX_SUBJECT
from app.messaging.domain.states import State, wait_before
from app.messaging.domain.taken import Taken
from app.messaging.infrastructure.servers.smtp import Doubtful, Refused, Unreachable
from app.messaging.infrastructure.store import Answer, Claimed
from app.platform.logs import log
from app.platform.mail import MAX_ANSWER_LENGTH

GONE: Final = "The contact no longer exists."
UNEXPECTED: Final = "An unexpected error occurred. Details are in the server log."
BATCH_SECONDS: Final = 45.0
UNREACHABLE_WAIT: Final = timedelta(minutes=1)


def hand_over(
    claimed: Iterable[Claimed], written: Mapping[int, Content | str], out: WayOut, at: datetime
) -> Iterator[Answer]:
    """Hand messages over, and yield what became of each.

    Once the mail server can't be reached, or BATCH_SECONDS are over, the others are not tried, and that is no
    attempt. A message that can't be written harms no other one.
    """
    lost, end = "", time.monotonic() + BATCH_SECONDS
    for message in claimed:
        content = written.get(message.id, GONE)
        if isinstance(content, str):
            yield Answer(message.id, message.attempt, State.FAILED, content)
        elif lost:
            yield _untried(message, lost, at + UNREACHABLE_WAIT)
        elif time.monotonic() > end:
            yield _untried(message, "", at)
        else:
            try:
                yield _answer(message, content, State.SENT, out.send(message, content))
            except SenderFull as full:
                yield _untried(message, "", at + full.wait)
            except Unreachable as failure:
                lost = str(failure)
                yield _untried(message, lost, at + UNREACHABLE_WAIT)
            except Refused as refused:
                yield _refused(message, content, refused, out, at)
            except Doubtful as doubt:
                yield _answer(message, content, State.UNCERTAIN, Taken(str(doubt), out.sender_id))
            except Exception:
                log.exception("message_not_handed_over", extra={"message_id": message.id})
                yield _answer(message, content, State.UNCERTAIN, Taken(UNEXPECTED, out.sender_id))


def _untried(message: Claimed, why: str, due_at: datetime) -> Answer:
    answer = why[:MAX_ANSWER_LENGTH]
    return Answer(message.id, message.attempt, State.PLANNED, answer, due_at=due_at, is_attempt=False)


def _refused(message: Claimed, content: Content, refused: Refused, out: WayOut, at: datetime) -> Answer:
    wait = None if refused.is_final else wait_before(message.attempt)
    if wait is None:
        return _answer(message, content, State.FAILED, Taken(str(refused), out.sender_id))
    return Answer(message.id, message.attempt, State.PLANNED, str(refused), due_at=at + wait)


def _answer(message: Claimed, content: Content, state: State, taken: Taken) -> Answer:
    return Answer(
        message.id,
        message.attempt,
        state,
        taken.answer[:MAX_ANSWER_LENGTH],
        taken.address or content.address,
        content.subject[:MAX_SUBJECT],
        dict(content.merge_values),
        sender_id=taken.sender_id,
    )
