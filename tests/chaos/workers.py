"""Workers as threads that run only while a test lets them: one can stop between two transactions for as long
as the test likes, die at any statement, or lose its database there."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, NamedTuple

import sqlalchemy as sa
from flask import Flask
from rq import Queue
from rq.serializers import JSONSerializer

from app.platform import queue
from app.platform.database import db, session

PATIENCE = 120  # seconds that a worker may take; only a deadlock takes so long


class Fate(NamedTuple):
    """What becomes of a worker after so many statements. It stops only outside of transactions."""

    kind: Literal["finishes", "stops", "dies", "breaks"]
    after: int = 0


class Killed(BaseException):
    """A worker was killed: its transaction is rolled back, as by a database whose client is gone."""


class Broken(sa.exc.OperationalError):
    """A worker has lost its database."""

    def __init__(self) -> None:
        super().__init__("", {}, Exception("the connection is broken"))


_of_thread = threading.local()


class Worker:
    """A worker at one piece of work."""

    def __init__(self, app: Flask, work: Callable[[], object]) -> None:
        self._app = app
        self._work = work
        self._fate = Fate("finishes")
        self._statements = 0
        self._may_run, self._rests = threading.Semaphore(0), threading.Semaphore(0)
        self._failure: BaseException | None = None
        self.is_over = False
        threading.Thread(target=self._run, daemon=True).start()

    def go_on(self, fate: Fate) -> None:
        """Let the worker run until it is over or stops. Raises what it raised."""
        self._fate, self._statements = fate, 0
        self._may_run.release()
        assert self._rests.acquire(timeout=PATIENCE), "a worker hangs"
        if self._failure is not None:
            raise self._failure

    def kill(self) -> None:
        if not self.is_over:
            self.go_on(Fate("dies"))

    def about_to_execute(self) -> None:
        """Called before each statement of the worker."""
        kind, after = self._fate
        if kind == "finishes" or (kind == "stops" and session().info.get("writing")):
            return
        self._statements += 1
        if self._statements <= after:
            return
        self._fate = Fate("finishes")
        if kind == "dies":
            raise Killed
        if kind == "breaks":
            raise Broken
        self._rests.release()
        self._may_run.acquire()
        self.about_to_execute()

    def _run(self) -> None:
        _of_thread.worker = self
        self._may_run.acquire()
        try:
            with self._app.app_context():
                self._work()
        except (Killed, Broken):
            pass
        except BaseException as failure:
            self._failure = failure
        self.is_over = True
        self._rests.release()


@contextmanager
def watched(app: Flask) -> Iterator[None]:
    """Stop and kill workers at the statements that their fate names."""

    def execute(*_: object) -> None:
        worker: Worker | None = getattr(_of_thread, "worker", None)
        if worker is not None:
            worker.about_to_execute()

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", execute)
    try:
        yield
    finally:
        sa.event.remove(engine, "before_cursor_execute", execute)


def take_task(app: Flask) -> list[object] | None:
    """Take the next task from the queue, as a worker does: (name, account, ids …), or None."""
    with app.app_context():
        connection = queue.connection()
        queues = [Queue(name, connection=connection, serializer=JSONSerializer) for name in queue.QUEUES]
        found = Queue.dequeue_any(queues, timeout=None, connection=connection, serializer=JSONSerializer)
        if found is None:
            return None
        task, _ = found
        arguments = list(task.args)
        task.delete()
        return arguments
