"""Connections to PostgreSQL that notice when the other end has fallen silent.

A firewall that forgets a connection, or a switch that fails, tells nobody: whoever waits for an answer would
wait for ever. The kernel's keep-alives find that out where packets are dropped. Where something in between
still says "received", only asking helps: after some seconds of silence a second connection asks the server
whether it is at work for us. If it is not, the first is given up, and what it held is set free.
"""

from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any, Literal, TypeVar

import psycopg
import sqlalchemy as sa
from sqlalchemy import event

from app.platform.logs import log
from app.platform.row_security import SecuredConnection
from app.platform.tenancy import Reach

Process = Literal["web", "worker", "clock", "command"]
Result = TypeVar("Result")

PING_SECONDS = 1.0
UNTIL_SURE_SECONDS = 1.0
SURE = 2
_READY_NONE = 0

# The server's side of a connection that has been silent for some seconds.
_STATE = (
    "SELECT state FROM pg_stat_activity WHERE pid = %s AND backend_start < now() - make_interval(secs => %s)"
)
_END = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE pid = %s AND backend_start < now() - make_interval(secs => %s)"
)


@dataclass(frozen=True)
class Patience:
    """How long a process waits, in seconds: for a statement's end, for a sign of life in the middle of one,
    for a new connection."""

    statement: int
    silence: float
    connect: int


PATIENCE: dict[Process, Patience] = {
    "web": Patience(statement=20, silence=2.5, connect=2),
    "worker": Patience(statement=300, silence=5.0, connect=5),
    "clock": Patience(statement=60, silence=5.0, connect=5),
    "command": Patience(statement=3600, silence=10.0, connect=5),
}

_SERVER = {
    "application_name": "muster",
    "timezone": "UTC",
    "random_page_cost": "1.1",  # with the stock 4 a file of 10,000 rows walks through a million contacts
    "jit": "off",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "20s",
}


def parameters(process: Process) -> dict[str, Any]:
    """What a connection is opened with."""
    patience = PATIENCE[process]
    server = _SERVER | {"statement_timeout": f"{patience.statement}s"}
    return {
        "options": " ".join(f"-c {name}={value}" for name, value in server.items()),
        "connect_timeout": patience.connect,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
        # A plan made for any value is often a bad one for a range of rows, so statements are not prepared.
        "prepare_threshold": None,
    }


def watch(engine: sa.Engine, process: Process) -> None:
    """Let the engine's connections be watched ones."""

    def connect(_dialect: object, _record: object, places: Any, given: Any) -> "Watched":
        made = Watched.connect(*places, **given)
        made.opened_with = given
        made.silence = PATIENCE[process].silence
        try:
            made.look_for_role()
        except BaseException:
            made.close()
            raise
        return made

    def lend(connection: "Watched", *_: object) -> None:
        connection.is_lent = True

    def take_back(connection: "Watched | None", *_: object) -> None:
        if connection is not None:
            connection.is_lent = False
            connection.reach(Reach.NOBODY)

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "checkout", lend)
    event.listen(engine, "checkin", take_back)


class Watched(SecuredConnection):
    """While it lies in the pool, all that is asked of it is whether it lives: silence is a no."""

    opened_with: dict[str, Any] = {}  # noqa: RUF012
    silence = PING_SECONDS
    is_lent = False

    def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
        return super().wait(self._watched(gen), *args, **options)

    def _watched(self, work: Generator[Any, Any, Result]) -> Generator[Any, Any, Result]:
        """The same work; the driver looks in several times a second when there is nothing to read."""
        try:
            state = next(work)
            heard, pause, doubts = monotonic(), self._patience(), 0
            ask_at = heard + pause
            while True:
                ready = yield state
                if ready != _READY_NONE:
                    heard, doubts = monotonic(), 0
                    ask_at = heard + pause
                elif monotonic() > ask_at:
                    found = self._doubts(monotonic() - heard)
                    doubts = doubts + found if found else 0
                    if doubts >= SURE:
                        self._give_up(monotonic() - heard, is_reached=found < SURE)
                    ask_at = monotonic() + (UNTIL_SURE_SECONDS if doubts else pause)
                state = work.send(ready)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]

    def _patience(self) -> float:
        return self.silence if self.is_lent else PING_SECONDS

    def _doubts(self, silent: float) -> int:
        """What speaks for a dead connection: nothing, that the server is not at work for us (its answer may
        be on its way), or SURE."""
        if not self.is_lent:
            return SURE
        try:
            with self._second() as second:
                found = second.execute(_STATE, (self.info.backend_pid, silent)).fetchone()
        except psycopg.OperationalError as failure:
            return 0 if "FATAL" in str(failure) else SURE  # a server that refuses us is there
        return 1 if found is None or str(found[0]).startswith("idle") else 0

    def _give_up(self, silent: float, is_reached: bool) -> None:
        log.warning("database_connection_dead", extra={"seconds": round(silent, 1)})
        if is_reached:
            with suppress(psycopg.Error), self._second() as second:
                second.execute(_END, (self.info.backend_pid, silent))
        self.pgconn.finish()
        raise psycopg.OperationalError("the database has fallen silent")

    def _second(self) -> "Watched":
        """A connection to the same server for one question, given up when it is silent."""
        return Watched.connect(**self.opened_with, autocommit=True)
