"""What happened, for whoever watches: published after the commit, read from a stream of the queue server.

A subject (`job:…`) has a short stream that expires. Events carry ids and counts, never anything from a row;
they say that something changed, and the database says what. So nothing breaks when they are lost.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any, Final, NamedTuple, cast

from redis import Redis
from redis.exceptions import RedisError

from app.platform import queue
from app.platform.database import after_commit
from app.platform.logs import log
from app.platform.settings import current

NOTHING: Final = "0-0"
"""Comes before every event."""
KEPT: Final = 500  # events of a subject, about
KEPT_SECONDS: Final = 3600  # after the last one
READ_AT_ONCE: Final = 100
_CODE: Final = re.compile(r"[\w:.-]{1,64}", re.ASCII)
_ID: Final = re.compile(r"\d{1,20}-\d{1,20}", re.ASCII)

Fact = int | float | bool | str | None


class Event(NamedTuple):
    """`id` orders the events of a subject; `kind` is in the past tense (“batch_completed”)."""

    id: str
    kind: str
    facts: dict[str, Fact]


def publish(account_id: int, subject: str, kind: str, **facts: Fact) -> None:
    """Tell whoever watches `subject`, once the transaction under way has been committed. Facts are numbers,
    and texts only as ids or codes; anything else raises ValueError."""
    for name, fact in facts.items():
        if isinstance(fact, str) and not _CODE.fullmatch(fact):
            raise ValueError(f"{name} must be a number, an ID, or a code")
    event = {"kind": kind, "facts": json.dumps(facts, separators=(",", ":"))}
    after_commit(lambda: _append(_key(account_id, subject), event))


def latest(account_id: int, subject: str) -> str | None:
    """The id of the newest event, NOTHING when there is none; None when that cannot be told now."""
    try:
        with queue.responsive_connection() as redis:
            found = cast(list[Any], redis.xrevrange(_key(account_id, subject), count=1))
    except RedisError:
        return None
    return found[0][0].decode() if found else NOTHING


def subscribe(
    account_id: int, subject: str, after: str = NOTHING, wait_seconds: float = 15.0
) -> Iterator[Event | None]:
    """Events after the one with the id `after`, as they come; None whenever `wait_seconds` passed without
    one. Whoever was away goes on from the last id seen; events older than the stream are gone, so that the
    first thing to do is to read the database. Ends when the queue server cannot be read.

    Holds a connection of its own until it is closed.
    """
    if not _ID.fullmatch(after):
        after = NOTHING
    patience = wait_seconds + queue.PATIENCE_SECONDS
    redis = Redis.from_url(
        current().queue_url, socket_timeout=patience, socket_connect_timeout=queue.PATIENCE_SECONDS
    )
    key = _key(account_id, subject)
    with closing(redis):
        while True:
            try:
                found = redis.xread({key: after}, count=READ_AT_ONCE, block=max(1, int(wait_seconds * 1000)))
            except RedisError:
                return
            if not found:
                yield None
                continue
            for event in map(_read, cast(Any, found)[0][1]):
                after = event.id
                yield event


def _append(key: str, event: Mapping[str, str]) -> None:
    try:
        with queue.responsive_connection() as redis, redis.pipeline() as both:
            both.xadd(key, cast(Any, event), maxlen=KEPT, approximate=True)
            both.expire(key, KEPT_SECONDS)
            both.execute()
    except RedisError as failure:
        log.info("event_not_published", extra={"kind": event["kind"], "failure": type(failure).__name__})


def _read(entry: tuple[bytes, Mapping[bytes, bytes]]) -> Event:
    event_id, fields = entry
    return Event(event_id.decode(), fields[b"kind"].decode(), json.loads(fields[b"facts"]))


def _key(account_id: int, subject: str) -> str:
    return f"muster:events:{account_id}:{subject}"
