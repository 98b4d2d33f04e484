"""Listeners of event streams, and the readers that they share.

One reader per subject reads the state once for each event, or once for several that arrive while it reads.
It gives the state to all listeners. A listener keeps only the newest message: each one is a complete state,
so a slow one misses intermediate states and takes no memory.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable
from contextlib import suppress
from typing import Protocol

from app.platform.errors import Unavailable
from app.platform.web.event_streams import LAST_EVENT_ID, State, Subscription

MOST_LISTENERS = 200
RETRY_AFTER_SECONDS = 30
KEEP_ALIVE_SECONDS = 5.0
SLOW_SECONDS = 20.0
BETWEEN_READS_SECONDS = 0.04
REFRESH_SECONDS = 10.0  # without events: a lost event, or the time left
REFRESH_WITHOUT_EVENTS_SECONDS = 1.0
# What all open pages together may ask of the web server; each is told its share.
PAGES_PER_SECOND = 10
FASTEST_PAGE_MS = 250
# With more pages than this, each gets an event at most every 10 ms per page, because they refresh less often.
MOST_PROMPT_PAGES = 60

BEGINNING = b"retry: 3000\n\n"
KEEP_ALIVE = b": keep-alive\n\n"

Read = Callable[[Subscription], Awaitable[State | None]]


class Gone(Exception):
    """The subject no longer exists."""


class Watching(Protocol):
    """The part of `events.Watch` that is used here."""

    is_connected: bool

    async def follow(self, account_id: int, subject: str) -> None: ...
    def forget(self, account_id: int, subject: str) -> None: ...
    def newest(self, account_id: int, subject: str) -> str: ...


class Writer(Protocol):
    """The part of `asyncio.StreamWriter` that is used here."""

    def write(self, data: bytes) -> None: ...
    async def drain(self) -> None: ...


class Listener:
    """One open stream."""

    def __init__(self, subscription: Subscription) -> None:
        self.subscription = subscription
        self.is_ended = False
        self._message = b""
        self._wake = asyncio.Event()
        self._ended = asyncio.Event()

    def give(self, message: bytes) -> None:
        """Send a message, instead of one that has not been sent yet."""
        self._message = message
        self._wake.set()

    def end(self) -> None:
        """End the stream after the last message."""
        self.is_ended = True
        self._wake.set()
        self._ended.set()

    async def send_to(self, writer: Writer, hub: "Hub") -> None:
        """Write messages until the end. Raises TimeoutError if the other side does not read, and OSError."""
        writer.write(BEGINNING)
        while self._message or not self.is_ended:
            try:
                async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                message = hub.keep_alive(self)
            else:
                self._wake.clear()
                message, self._message = self._message, b""
            writer.write(message)
            async with asyncio.timeout(SLOW_SECONDS):
                await writer.drain()
            if pause := hub.pause_for(self):
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._ended.wait()


class Hub:
    """All listeners of a process. Its methods run in the event loop."""

    def __init__(self, watch: Watching, read: Read) -> None:
        self.watch = watch
        self.read = read
        self.listeners: dict[Listener, None] = {}  # oldest first
        self._pages = 0
        self._readers: dict[tuple[int, str], _Reader] = {}

    def admit(self, subscription: Subscription) -> Listener:
        """Return a new listener. Raises Unavailable if there are too many.

        If so, one of an account or a person with clearly more of them makes way, so that nobody can keep
        everybody else out.
        """
        if len(self.listeners) >= MOST_LISTENERS:
            makes_way = self._one_too_many_for(subscription)
            if makes_way is None:
                message = (
                    f"All {MOST_LISTENERS} live streams are in use. Poll for progress, or try again later."
                )
                raise Unavailable("UNAVAILABLE", message, retry_after=RETRY_AFTER_SECONDS)
            makes_way.end()
            self.leave(makes_way)
        listener = Listener(subscription)
        self.listeners[listener] = None
        self._pages += subscription.is_page
        reader = self._readers.get(_subject_of(subscription))
        if reader is None:
            reader = _Reader(self, subscription)
            self._readers[_subject_of(subscription)] = reader
            reader.start()
        reader.join(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        """Forget a listener. May be called repeatedly."""
        if listener not in self.listeners:
            return
        del self.listeners[listener]
        self._pages -= listener.subscription.is_page
        if reader := self._readers.get(_subject_of(listener.subscription)):
            reader.leave(listener)

    def on_news(self, account_id: int, subject: str) -> None:
        """Have the state of a subject read again."""
        if reader := self._readers.get((account_id, subject)):
            reader.has_news.set()

    def keep_alive(self, listener: Listener) -> bytes:
        """Return what a listener gets while nothing happens."""
        return KEEP_ALIVE + self.pace_for(listener)

    def pace_for(self, listener: Listener) -> bytes:
        """Return the event that tells a page how many milliseconds to wait between two refreshes."""
        if not listener.subscription.is_page:
            return b""
        pace = max(FASTEST_PAGE_MS, self._pages * 1000 // PAGES_PER_SECOND)
        return f"event: pace\ndata: {pace}\n\n".encode()

    def pause_for(self, listener: Listener) -> float:
        """Return the seconds between two messages to a listener."""
        is_crowded = listener.subscription.is_page and self._pages > MOST_PROMPT_PAGES
        return self._pages / 100 if is_crowded else 0.0

    def drop(self, reader: "_Reader") -> None:
        """Forget a reader that has ended."""
        self._readers.pop(_subject_of(reader.subscription), None)
        self.watch.forget(reader.subscription.account_id, reader.subscription.subject)

    def _one_too_many_for(self, newcomer: Subscription) -> Listener | None:
        shares: tuple[Callable[[Subscription], Hashable], ...] = (_account_of, _person_of)
        for share_of in shares:
            counts = Counter(share_of(one.subscription) for one in self.listeners)
            [(greedy, most)] = counts.most_common(1)
            if most >= counts[share_of(newcomer)] + 2:
                theirs = [one for one in self.listeners if share_of(one.subscription) == greedy]
                persons = Counter(_person_of(one.subscription) for one in theirs)
                [(person, _)] = persons.most_common(1)
                return next(one for one in theirs if _person_of(one.subscription) == person)
        return None


class _Reader:
    """Reads the state of one subject for all its listeners."""

    def __init__(self, hub: Hub, subscription: Subscription) -> None:
        self.subscription = subscription
        self.has_news = asyncio.Event()
        self._hub = hub
        self._listeners: set[Listener] = set()
        self._newcomers: set[Listener] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    def join(self, listener: Listener) -> None:
        self._listeners.add(listener)
        self._newcomers.add(listener)
        self.has_news.set()

    def leave(self, listener: Listener) -> None:
        self._listeners.discard(listener)
        self._newcomers.discard(listener)
        self.has_news.set()

    async def _run(self) -> None:
        try:
            await self._hub.watch.follow(*_subject_of(self.subscription))
            await self._read_and_tell()
        except Gone:
            pass
        finally:
            for listener in self._listeners:
                listener.end()
            self._hub.drop(self)

    async def _read_and_tell(self) -> None:
        told: State | None = None
        while self._listeners:
            self.has_news.clear()
            newcomers, self._newcomers = self._newcomers, set()
            newest = self._hub.watch.newest(*_subject_of(self.subscription))
            state = await self._hub.read(self.subscription)
            if state is None:
                self._newcomers |= newcomers
            elif state != told:
                self._newcomers.clear()  # those who came meanwhile get it, too
                self._tell(self._listeners, newest, state)
                told = state
            else:
                self._tell(newcomers & self._listeners, newest, state)
            if state is not None and state.is_over:
                return
            is_well = state is not None and self._hub.watch.is_connected
            await asyncio.sleep(BETWEEN_READS_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(REFRESH_SECONDS if is_well else REFRESH_WITHOUT_EVENTS_SECONDS):
                    await self.has_news.wait()

    def _tell(self, listeners: set[Listener], newest: str, state: State) -> None:
        data = json.dumps(state.data, separators=(",", ":"))
        message = f"id: {newest}\nevent: progress\ndata: {data}\n\n".encode()
        if state.is_over:
            message += f"id: {LAST_EVENT_ID}\nevent: end\ndata: {data}\n\n".encode()
        for listener in listeners:
            listener.give(message if state.is_over else message + self._hub.pace_for(listener))


def _subject_of(subscription: Subscription) -> tuple[int, str]:
    return subscription.account_id, subscription.subject


def _account_of(subscription: Subscription) -> Hashable:
    return subscription.account_id


def _person_of(subscription: Subscription) -> Hashable:
    return subscription.person if subscription.person is not None else f"account {subscription.account_id}"
