"""Connections to PostgreSQL that detect a dead peer.

If a firewall drops a connection or a switch fails, a client that waits for a response would wait forever. TCP
keep-alives detect dropped packets, but not if a device in between still acknowledges them. So after some
seconds of silence a second connection asks the server whether it is still working for the first. If not, the
first is closed, and its server process is terminated to release its locks.
"""

from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any, Literal, TypeVar

import psycopg
import sqlalchemy as sa
from psycopg._preparing import PrepareManager
from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError

from app.platform.logs import log
from app.platform.tenancy import Reach
from app.platform.tenancy.row_security import SecuredConnection

Process = Literal["web", "worker", "clock", "setup", "command"]
Result = TypeVar("Result")

PING_SECONDS = 1.0
IN_USE_SECONDS = 1.0  # a connection that was used so recently is lent without a ping
UNTIL_SURE_SECONDS = 1.0
SURE = 2
_READY_NONE = 0
NEVER = 2**31

# The server process of a connection that has been silent for some seconds.
_STATE = (
    "SELECT state FROM pg_stat_activity WHERE pid = %s AND backend_start < now() - make_interval(secs => %s)"
)
_END = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE pid = %s AND backend_start < now() - make_interval(secs => %s)"
)


@dataclass(frozen=True)
class Patience:
    """Timeouts of a process in seconds: of a statement, of silence during one, and of a new connection."""

    statement: int
    silence: float
    connect: int


PATIENCE: dict[Process, Patience] = {
    "web": Patience(statement=20, silence=2.5, connect=2),
    "worker": Patience(statement=300, silence=5.0, connect=5),
    "clock": Patience(statement=60, silence=5.0, connect=5),
    "setup": Patience(statement=3600, silence=10.0, connect=5),
    "command": Patience(statement=3600, silence=10.0, connect=5),
}

_SERVER = {
    "application_name": "muster",
    "timezone": "UTC",
    "datestyle": "ISO",
    "random_page_cost": "1.1",  # with the default 4, a file of 10,000 rows scans a million contacts
    "jit": "off",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "20s",
}


def parameters(process: Process) -> dict[str, Any]:
    """Return the parameters for opening a connection."""
    patience = PATIENCE[process]
    server = _SERVER | {"statement_timeout": f"{patience.statement}s"}
    return {
        "options": " ".join(f"-c {name}={value}" for name, value in server.items()),
        "connect_timeout": patience.connect,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
        # Prepared only if a statement asks for it (`execute_built`), because a generic plan is often a bad
        # one for a range of rows.
        "prepare_threshold": NEVER,
    }


def watch(engine: sa.Engine, process: Process) -> None:
    """Make the engine use watched connections."""

    def connect(_dialect: object, _record: object, places: Any, given: Any) -> "Watched":
        made = Watched.connect(*places, **given)
        made.opened_with = given
        made.silence = PATIENCE[process].silence
        made.is_lent = True  # a busy server may take longer than for a ping to answer for the first time
        try:
            made.look_for_role()
            made.is_lent = False
        except BaseException:
            made.close()
            raise
        return made

    def lend(connection: "Watched", *_: object) -> None:
        if monotonic() - connection.used_at > IN_USE_SECONDS:
            connection.ping()
        connection.is_lent = True

    def take_back(connection: "Watched | None", *_: object) -> None:
        if connection is not None:
            connection.is_lent = False
            connection.used_at = monotonic()
            connection.reach(Reach.NOBODY)

    def execute(cursor: Any, statement: str, values: Any, context: Any) -> bool:
        if is_prepared := bool(context.execution_options.get("prepared")):
            cursor.execute(statement, values, prepare=True)
        return is_prepared

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "checkout", lend)
    event.listen(engine, "checkin", take_back)
    event.listen(engine, "do_execute", execute)


class _KeptStatements(PrepareManager):
    """Prepared statements that outlive rollbacks, as they do on the server.

    The driver would discard them, since a rollback may undo the creation of tables that they use. Only
    migrations create tables.
    """

    def clear(self) -> bool:
        return False


class Watched(SecuredConnection):
    """A connection that watches for silence. In the pool only pings use it, so silence proves it dead."""

    opened_with: dict[str, Any] = {}  # noqa: RUF012
    silence = PING_SECONDS
    is_lent = False

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self._prepared = _KeptStatements()
        self.used_at = monotonic()

    def ping(self) -> None:
        """Raise InvalidatePoolError, upon which the pool opens new connections, if this one is dead."""
        try:
            with self.lock:
                self.wait(self._sent(b"SELECT"))
        except psycopg.Error as failure:
            raise InvalidatePoolError(str(failure)) from failure

    def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
        return super().wait(self._watched(gen), *args, **options)

    def _watched(self, work: Generator[Any, Any, Result]) -> Generator[Any, Any, Result]:
        """Run the driver's generator, which is resumed several times a second even without data to read."""
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
        """Return the evidence that the connection is dead: 0, 1 or SURE.

        1 means that the server is not working for it, but its response may be on the way.
        """
        if not self.is_lent:
            return SURE
        try:
            with self._second() as second:
                found = second.execute(_STATE, (self.info.backend_pid, silent)).fetchone()
        except psycopg.OperationalError as failure:
            return 0 if "FATAL" in str(failure) else SURE  # the server is alive if it refuses the connection
        return 1 if found is None or str(found[0]).startswith("idle") else 0

    def _give_up(self, silent: float, is_reached: bool) -> None:
        log.warning("database_connection_dead", extra={"seconds": round(silent, 1)})
        if is_reached:
            with suppress(psycopg.Error), self._second() as second:
                second.execute(_END, (self.info.backend_pid, silent))
        self.pgconn.finish()
        raise psycopg.OperationalError("the database has fallen silent")

    def _second(self) -> "Watched":
        """Open another connection to the same server, for one query; it is closed if it is silent."""
        return Watched.connect(**self.opened_with, autocommit=True)
