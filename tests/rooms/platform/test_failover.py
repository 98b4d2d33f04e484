"""Sentinel gives the queue another primary in the middle of a job: the database is the truth."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from redis.exceptions import RedisError
from rq.serializers import JSONSerializer

from app.platform import events, queue
from app.platform.queue_connections import connect
from ops import checks
from tests.people import sign_in
from tests.rooms.bulk_enrollment.trial import Trial, addresses, lines
from tests.rooms.workflows.drafts import active
from tests.services.databases import Database
from tests.services.sentinel import Sentinels
from worker import TaskWorker


@pytest.fixture
def sentinels() -> Iterator[Sentinels]:
    found = Sentinels()
    yield found
    found.remove()


def eventually(true: Callable[[], object]) -> None:
    give_up = time.monotonic() + 60
    while not true():
        assert time.monotonic() < give_up
        time.sleep(0.05)


@pytest.mark.one_database
def test_a_job_goes_on_after_a_failover(app, database: Database, sentinels: Sentinels):
    app = database.make_app(REDIS_URL=sentinels.url)
    settings = app.extensions["settings"]
    checks.check_queue(settings)
    # The connection of a worker lives through the failover.
    connection = connect(settings.queue_url, socket_connect_timeout=2)

    def run_tasks() -> bool:
        worker = TaskWorker(list(queue.QUEUES), connection=connection, serializer=JSONSerializer)
        worker.app = app
        return worker.work(burst=True, logging_level="WARNING")

    actor = sign_in(app, "bob").actor
    trial = Trial(app, actor, run_tasks)
    workflow = active(app, actor)
    done = trial.run(lines(*addresses(3)), workflow, missing="create")
    job = trial.start(lines(*addresses(30)), workflow, missing="create", batch_size=10)
    trial.plan(job)
    watch = events.Watch(settings.queue_url, lambda *_: None)

    async def watch_through_failover() -> int:
        task = asyncio.create_task(watch.run())
        while not watch.is_connected:
            await asyncio.sleep(0.05)
        killed = sentinels.kill_primary()
        watch.is_connected = False
        while not watch.is_connected:
            await asyncio.sleep(0.05)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        return killed

    killed = asyncio.run(asyncio.wait_for(watch_through_failover(), 60))
    assert sentinels.primary() != killed
    with app.app_context():
        eventually(queue.takes_writes)
    eventually(lambda: _answers(connection))
    trial.change_batches(job, lease_until=None)
    trial.finish(job)
    trial.holds(job, done)
    assert trial.progress(job).succeeded + trial.progress(job).skipped == 30


def _answers(connection) -> bool:
    try:
        return bool(connection.ping())
    except RedisError:
        return False
