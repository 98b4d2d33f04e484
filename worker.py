"""Background processes: `python worker.py` runs tasks, `python worker.py clock` runs periodic tasks.

Both survive outages of the queue and the database. On SIGTERM, a worker finishes its current batch or chunk;
other workers continue the job from the state in the database.
"""

import os
import signal
import sys
import threading
import time
from contextlib import AbstractContextManager, suppress
from uuid import uuid4

from flask import Flask
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.exceptions import StopRequested
from rq.executions import Execution
from rq.job import Job
from rq.serializers import JSONSerializer

from app import create_app
from app.platform import clock, queue, tracing
from app.platform.logs import log, origin
from app.platform.queue import request_stop, track_task
from app.platform.queue_connections import connect
from app.platform.settings import Settings
from ops.shutdown import leave

RETRY_SECONDS = 1.0
TICK_SECONDS = 0.5
SIGN_SECONDS = 2.0
NICENESS = 5  # on a busy machine, pages come before tasks


class TaskWorker(SimpleWorker):
    """RQ worker that runs tasks in its own process, without forking, each in a new app context.

    It waits at most two seconds between attempts to reconnect to the queue.
    """

    app: Flask
    max_connection_wait_time = 2.0
    stopping = False

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:
        started_at = time.perf_counter()
        with self.app.app_context():
            token = origin.set({"task": job.description, "task_id": job.id})
            try:
                with track_task(f"{job.id}-{uuid4().hex[:8]}"), _traced(job, queue):
                    done = super().perform_job(job, queue, execution)
                    if not done:
                        tracing.note_failure()
                milliseconds = round((time.perf_counter() - started_at) * 1000, 1)
                log.info(
                    "task_completed" if done else "task_failed",
                    extra={"queue": queue.name, "ms": milliseconds},
                )
                return done
            finally:
                origin.reset(token)

    def subscribe(self) -> None:
        """Disabled: RQ's remote commands are not used and would need a thread and a connection."""

    def handle_warm_shutdown_request(self) -> None:
        self.stopping = True
        request_stop()

    def set_shutdown_requested_date(self) -> None:
        """Disabled: it writes to the queue, which may be down, from within a signal handler."""


def _traced(job: Job, queue: Queue) -> AbstractContextManager[object]:
    _, account_id, *ids = job.args
    facts = {
        "muster.task_id": job.id,
        "muster.account_id": account_id,
        "muster.ids": " ".join(map(str, ids)),
    }
    return tracing.task(job.description or "task", queue.name, job.meta, facts)


def run_worker(app: Flask, settings: Settings) -> None:
    """Run tasks until SIGTERM or Ctrl-C."""
    os.nice(NICENESS)
    queue.start_heartbeat(settings.queue_url)
    log.info("worker_started")
    with suppress(StopRequested):
        while True:
            _stop_on_signal()
            worker = None
            try:
                worker = _worker(app, settings)
                worker.work(logging_level="WARNING")
            except RedisError as failure:
                log.warning("queue_connection_lost", extra={"failure": type(failure).__name__})
            if worker is not None and worker.stopping:
                break
            time.sleep(RETRY_SECONDS)
    log.info("worker_stopped")


def run_clock(app: Flask) -> None:
    """Run due periodic tasks every TICK_SECONDS until SIGTERM or Ctrl-C."""
    stopping = threading.Event()
    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, lambda *_: stopping.set())
    clock.every(SIGN_SECONDS)(lambda: queue.give_sign("clock"))
    while not stopping.wait(TICK_SECONDS):
        clock.tick(app.app_context)
    log.info("clock_stopped")


def _worker(app: Flask, settings: Settings) -> TaskWorker:
    connection = connect(settings.queue_url, socket_connect_timeout=2)
    worker = TaskWorker(
        list(queue.QUEUES),
        connection=connection,
        serializer=JSONSerializer,
        worker_ttl=60,
        log_job_description=False,
    )
    worker.app = app
    return worker


def _stop_on_signal() -> None:
    def stop(*_: object) -> None:
        raise StopRequested

    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, stop)


def main(arguments: list[str]) -> None:
    """Run a worker, or the clock if `arguments` is ["clock"], and exit the process."""
    if arguments not in ([], ["clock"]):
        print("usage: worker.py [clock]", file=sys.stderr)
        leave(2)
    app = create_app(process="clock" if arguments else "worker")
    if arguments:
        run_clock(app)
    else:
        run_worker(app, app.extensions["settings"])
    leave(0, app)


if __name__ == "__main__":
    main(sys.argv[1:])
