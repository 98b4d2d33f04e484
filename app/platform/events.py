"""Publish, subscribe to, and watch events, stored in Redis streams and sent after the commit.

Each subject (`job:…`) has a short stream that expires. Events carry ids and counts, never values of rows.
They only signal that something changed; the state is read from the database, so lost events do no harm.
"""

import asyncio
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any, Final, NamedTuple, cast
from uuid import uuid4

from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from app.platform import queue
from app.platform.database import after_commit
from app.platform.logs import log
from app.platform.queue_connections import connect, connect_async
from app.platform.settings import current

NOTHING: Final = "0-0"
"""Id that precedes all events."""
KEPT: Final = 500  # approximate length of a stream
KEPT_SECONDS: Final = 3600  # after the newest event
READ_AT_ONCE: Final = 100
RECONNECT_SECONDS: Final = 1.0
WATCH_SECONDS: Final = 5.0
_CODE: Final = re.compile(r"[\w:.-]{1,64}", re.ASCII)
_ID: Final = re.compile(r"\d{1,20}-\d{1,20}", re.ASCII)

Fact = int | float | bool | str | None


class Event(NamedTuple):
    """`id` orders the events of a subject; `kind` is in the past tense (“batch_completed”)."""

    id: str
    kind: str
    facts: dict[str, Fact]


def publish(account_id: int, subject: str, kind: str, **facts: Fact) -> None:
    """Publish an event to the subscribers of `subject` after the current transaction is committed.

    Facts are numbers, ids, or codes; raises ValueError for any other text.
    """
    for name, fact in facts.items():
        if isinstance(fact, str) and not _CODE.fullmatch(fact):
            raise ValueError(f"{name} must be a number, an ID, or a code")
    event = {"kind": kind, "facts": json.dumps(facts, separators=(",", ":"))}
    after_commit(lambda: _append(_key(account_id, subject), event))


def latest(account_id: int, subject: str) -> str | None:
    """Return the id of the newest event, NOTHING if there is none, or None if Redis does not respond."""
    try:
        with queue.responsive_connection() as redis:
            found = cast(list[Any], redis.xrevrange(_key(account_id, subject), count=1))
    except RedisError:
        return None
    return found[0][0].decode() if found else NOTHING


def subscribe(
    account_id: int, subject: str, after: str = NOTHING, wait_seconds: float = 15.0
) -> Iterator[Event | None]:
    """Yield events after the id `after` as they arrive, and None after each `wait_seconds` without one.

    To resume, pass the last id seen. Older events are discarded, so read the database first. Ends if Redis
    does not respond. Holds its own connection until the generator is closed.
    """
    if not _ID.fullmatch(after):
        after = NOTHING
    timeout = wait_seconds + queue.TIMEOUT_SECONDS
    redis = connect(current().queue_url, socket_timeout=timeout, socket_connect_timeout=queue.TIMEOUT_SECONDS)
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


class Watch:
    """Watches many subjects over one connection, in an event loop; `run` is its task.

    `on_news(account_id, subject)` is called when a subject has new events, and when an outage of Redis begins
    or ends, because some may have been missed.
    """

    def __init__(self, url: str, on_news: Callable[[int, str], None]) -> None:
        self._redis = connect_async(
            url,
            socket_timeout=WATCH_SECONDS + 2 * queue.TIMEOUT_SECONDS,
            socket_connect_timeout=2 * queue.TIMEOUT_SECONDS,
            retry=AsyncRetry(NoBackoff(), 0),
            decode_responses=True,
        )
        self._on_news = on_news
        self._subjects: dict[str, tuple[int, str]] = {}
        self._newest: dict[str, str] = {}
        self._bell = (
            f"muster:events:bell:{uuid4().hex}"  # its events make `run` read the list of subjects again
        )
        self.is_connected = False

    async def follow(self, account_id: int, subject: str) -> None:
        """Begin to watch a subject. Events from now on are news."""
        key = _key(account_id, subject)
        self._subjects[key] = account_id, subject
        self._newest.setdefault(key, NOTHING)
        try:
            await self._find_newest(key)
            await self._redis.xadd(self._bell, {"subject": key}, maxlen=1)
            await self._redis.expire(self._bell, KEPT_SECONDS)
        except (RedisError, OSError):
            self.is_connected = False  # `run` finds out by itself and begins anew

    def forget(self, account_id: int, subject: str) -> None:
        """Stop watching a subject."""
        key = _key(account_id, subject)
        self._subjects.pop(key, None)
        self._newest.pop(key, None)

    def newest(self, account_id: int, subject: str) -> str:
        """Return the id of the newest known event of a watched subject."""
        return self._newest.get(_key(account_id, subject), NOTHING)

    async def run(self) -> None:
        """Watch until canceled; reconnect after each failure."""
        while True:
            try:
                await self._watch()
            except (RedisError, OSError) as failure:
                if self.is_connected:
                    log.warning("events_connection_lost", extra={"failure": type(failure).__name__})
                self.is_connected = False
                self._tell_of_all()
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _watch(self) -> None:
        for key in list(self._subjects):
            await self._find_newest(key)
        await self._redis.ping()
        self.is_connected = True
        self._tell_of_all()
        rung = NOTHING
        while True:
            asked = {**self._newest, self._bell: rung}
            found = await self._redis.xread(cast(Any, asked), READ_AT_ONCE, int(WATCH_SECONDS * 1000))
            self.is_connected = True
            for key, entries in cast(Any, found) or ():
                if key == self._bell:
                    rung = entries[-1][0]
                elif key in self._subjects:
                    self._newest[key] = entries[-1][0]
                    self._on_news(*self._subjects[key])

    def _tell_of_all(self) -> None:
        for subject in list(self._subjects.values()):
            self._on_news(*subject)

    async def _find_newest(self, key: str) -> None:
        found = cast(list[Any], await self._redis.xrevrange(key, count=1))
        if key in self._subjects:
            self._newest[key] = found[0][0] if found else NOTHING


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
