"""Events are sent after the commit, in order, can be resumed, and do no harm if lost."""

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
from flask import Flask
from redis import Redis

from app import create_app
from app.platform import events
from app.platform.database import db, transaction
from tests.services.databases import Database
from tests.services.valkey import Valkey

SUBJECT = "job:0191"


@pytest.fixture
def at_work(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def tell(kind: str = "batch_completed", account_id: int = 1, **facts: events.Fact) -> None:
    with transaction():
        events.publish(account_id, SUBJECT, kind, **facts)


def read(count: int, after: str = events.NOTHING, account_id: int = 1) -> list[events.Event | None]:
    """Return the next `count` items of a subscription."""
    with closing(events.subscribe(account_id, SUBJECT, after, wait_seconds=0.2)) as subscription:
        return [next(subscription) for _ in range(count)]


@pytest.mark.usefixtures("at_work")
def test_an_event_is_told_after_the_commit() -> None:
    with transaction():
        events.publish(1, SUBJECT, "batch_completed", batch=3, rows=250)
        assert events.latest(1, SUBJECT) == events.NOTHING, "nobody hears of what may still fail"
    [event] = read(1)
    assert event is not None and (event.kind, event.facts) == ("batch_completed", {"batch": 3, "rows": 250})
    assert events.latest(1, SUBJECT) == event.id


@pytest.mark.usefixtures("at_work")
def test_what_was_rolled_back_is_never_told() -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        events.publish(1, SUBJECT, "batch_completed")
        raise ZeroDivisionError
    assert events.latest(1, SUBJECT) == events.NOTHING and read(1) == [None]
    with pytest.raises(RuntimeError, match="inside transaction"):
        events.publish(1, SUBJECT, "batch_completed")


@pytest.mark.usefixtures("at_work")
def test_whoever_was_away_goes_on_from_the_last_event_seen() -> None:
    for number in range(5):
        tell(batch=number)
    seen = read(5)
    assert [event.facts["batch"] for event in seen if event] == [0, 1, 2, 3, 4]
    assert seen[2] is not None and read(2, after=seen[2].id) == seen[3:]
    assert read(5, after="no id at all") == seen, "who makes something up begins at the beginning"
    assert seen[4] is not None and read(1, after=seen[4].id) == [None]
    assert read(1, account_id=2) == [None], "another account has events of its own"


def test_an_event_wakes_whoever_waits(app: Flask) -> None:
    heard: list[events.Event | None] = []

    def listen() -> None:
        with app.app_context(), closing(events.subscribe(1, SUBJECT, wait_seconds=20)) as subscription:
            heard.append(next(subscription))

    listener = threading.Thread(target=listen)
    listener.start()
    with app.app_context():
        tell("job_finished", status="completed")
    listener.join(timeout=10)
    assert [event.kind for event in heard if event] == ["job_finished"]


@pytest.mark.usefixtures("at_work")
def test_a_stream_is_short_and_expires(valkey: Valkey) -> None:
    with transaction():
        for number in range(events.KEPT + 300):
            events.publish(1, SUBJECT, "batch_completed", batch=number)
    with closing(Redis.from_url(valkey.url)) as redis:
        [key] = redis.keys("muster:events:*")
        assert events.KEPT <= redis.xlen(key) < events.KEPT + 150
        assert 0 < redis.ttl(key) <= events.KEPT_SECONDS


@pytest.mark.usefixtures("at_work")
@pytest.mark.parametrize("text", ["ann@example.com", "Ann Lee", "x" * 65, ""])
def test_an_event_holds_nothing_of_a_row(text: str) -> None:
    with transaction(), pytest.raises(ValueError):
        events.publish(1, SUBJECT, "batch_completed", status=text)


def test_without_a_queue_server_nothing_breaks(app: Flask, database: Database) -> None:
    own = Valkey().start()
    lonely = create_app(database.settings(REDIS_URL=own.url))
    with lonely.app_context():
        tell()
        assert events.latest(1, SUBJECT) not in (None, events.NOTHING)
        own.kill()
        tell()
        assert events.latest(1, SUBJECT) is None
        assert list(events.subscribe(1, SUBJECT)) == []
        db.engine.dispose()
    own.remove()
