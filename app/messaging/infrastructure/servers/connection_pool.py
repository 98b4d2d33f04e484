"""A pool of connections to a mail server, over which emails are handed over at the same time: most of the
time of an email is that which the server, or the way to it, takes to answer."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeAlias, TypeVar

from app.messaging.infrastructure.servers.smtp import Connection, MailServer, Unreachable

T = TypeVar("T")
Send: TypeAlias = Callable[[bytes, str, str], str]
"""(email, sender, recipient) → what the server said"""

MOST = 3
"""Some large providers let a client have no more."""
FEWER_SECONDS: Final = 3600.0
"""For how long a server that has refused a further connection gets no more than it took."""
ELSEWHERE_SECONDS: Final = 50.0
"""For how long a message looks for a connection that takes it: opening one may take 45 seconds to fail."""

_Place: TypeAlias = tuple[str, int, str]  # host, port, user
_fewer: dict[_Place, tuple[int, float]] = {}
"""{server: (how many connections it takes, until when that counts)}, in this process."""


class ConnectionPool:
    """Connections that are opened when they are needed, at most `most`, and kept open between messages.

    A server that refuses another connection while there are some, or takes no message over it, is not
    unreachable: it gets fewer, also the next time.
    """

    def __init__(self, server: MailServer, most: int = MOST) -> None:
        self._server = server
        self._most = min(most, _most_taken(server))
        self._free: list[Connection] = []  # open ones; the one that was used last is the last
        self._used: set[Connection] = set()
        self._is_closed = False
        self._changed = threading.Condition()
        self._threads = ThreadPoolExecutor(most, "mail")

    @property
    def at_once(self) -> int:
        """How many messages may be in flight now: one, until the server has let us in."""
        with self._changed:
            return self._most if self._has_open else 1

    def begin(self, work: Callable[[Send], T]) -> Future[T]:
        """Run `work` in a thread, which is given what hands over a message."""
        return self._threads.submit(work, self.send)

    def send(self, mail: bytes, sender: str, to: str) -> str:
        """Hand over a message, over the first connection that is free; return what the server said. Raises
        Refused, Unreachable, and Doubtful."""
        end = time.monotonic() + ELSEWHERE_SECONDS
        failure: Unreachable | None = None
        while True:
            connection = self._take(end if failure else None)
            if connection is None:
                assert failure is not None
                raise failure
            try:
                answer = connection.send(mail, sender, to)
            except Unreachable as unreachable:
                if not self._can_do_without(connection):
                    raise
                failure = unreachable
            else:
                if failure:
                    self._remember()
                return answer
            finally:
                self._give_back(connection)

    def close(self) -> None:
        """Close all connections: those in use as soon as their message is handed over."""
        with self._changed:
            self._is_closed = True
            while self._free:
                self._free.pop().close()
        self._threads.shutdown(wait=False)

    @property
    def _has_open(self) -> bool:
        return bool(self._free) or any(one.is_open for one in self._used)

    def _take(self, until: float | None) -> Connection | None:
        """Wait for a connection, which may be a new one; return None if there is none by then (monotonic)."""
        with self._changed:
            while True:
                seconds = None if until is None else until - time.monotonic()
                if seconds is not None and seconds <= 0:
                    return None
                if self._free or len(self._used) < self._most:
                    break
                self._changed.wait(seconds)
            connection = self._free.pop() if self._free else Connection(self._server)
            self._used.add(connection)
            return connection

    def _give_back(self, connection: Connection) -> None:
        with self._changed:
            self._used.discard(connection)
            if self._is_closed:
                connection.close()
            elif connection.is_open:
                self._free.append(connection)
            self._changed.notify_all()

    def _can_do_without(self, connection: Connection) -> bool:
        """Return whether there are other connections. If so, no more than these are opened from now on."""
        with self._changed:
            self._used.discard(connection)
            if not self._has_open:
                return False
            self._most = min(self._most, len(self._free) + len(self._used))
            return True

    def _remember(self) -> None:
        """Let the server get no more connections than now for a while: with fewer, it has taken a message."""
        at = time.monotonic()
        for place in [place for place, (_, until) in list(_fewer.items()) if until < at]:
            _fewer.pop(place, None)
        _fewer[_place(self._server)] = self._most, at + FEWER_SECONDS


def _most_taken(server: MailServer) -> int:
    most, until = _fewer.get(_place(server), (MOST, 0.0))
    return most if time.monotonic() < until else MOST


def _place(server: MailServer) -> _Place:
    return server.host, server.port, server.user
