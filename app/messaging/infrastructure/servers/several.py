"""Several connections to a mail server, over which emails are handed over at the same time: most of the time
of an email is that which the server, or the way to it, takes to answer."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeAlias, TypeVar

from app.messaging.infrastructure.servers.smtp import Connection, MailServer, NotOpened

T = TypeVar("T")
Send: TypeAlias = Callable[[bytes, str, str], str]
"""(email, sender, recipient) → what the server said"""

MOST = 3
"""Some large providers let a client have no more."""


class Connections:
    """Connections that are opened when they are needed, at most `most`, and kept open between messages.

    A server that refuses another connection while there are some is not unreachable: it gets fewer.
    """

    def __init__(self, server: MailServer, most: int = MOST) -> None:
        self._server = server
        self._most = most
        self._free: list[Connection] = []  # open ones; the one that was used last is the last
        self._used: set[Connection] = set()
        self._is_closed = False
        self._changed = threading.Condition()
        self._threads = ThreadPoolExecutor(most, "mail")

    @property
    def at_once(self) -> int:
        """How many messages may be under way now: one, until the server has let us in."""
        with self._changed:
            return self._most if self._has_open else 1

    def begin(self, work: Callable[[Send], T]) -> Future[T]:
        """Run `work` in a thread, which is given what hands over a message."""
        return self._threads.submit(work, self.send)

    def send(self, mail: bytes, sender: str, to: str) -> str:
        """Hand over a message, over the first connection that is free; return what the server said. Raises
        Refused, Unreachable, and Doubtful."""
        while True:
            connection = self._take()
            try:
                return connection.send(mail, sender, to)
            except NotOpened:
                if not self._can_do_without(connection):
                    raise
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

    def _take(self) -> Connection:
        with self._changed:
            while not self._free and len(self._used) >= self._most:
                self._changed.wait()
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
            self._changed.notify()

    def _can_do_without(self, connection: Connection) -> bool:
        """Return whether there are other connections. If so, no more than these are opened from now on."""
        with self._changed:
            self._used.discard(connection)
            if not self._has_open:
                return False
            self._most = min(self._most, len(self._free) + len(self._used))
            return True
