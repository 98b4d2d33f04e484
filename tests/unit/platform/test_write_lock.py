"""Writers of an SQLite file take turns."""

import fcntl
import time
from pathlib import Path
from threading import Thread

import sqlalchemy as sa

from app.platform.database.transactions import write_lock


def test_whoever_waits_writes_before_the_last_writer_writes_again(tmp_path: Path) -> None:
    place = tmp_path / "some.db"
    engine = sa.create_engine(f"sqlite:///{place}")
    order: list[str] = []

    def write(name: str) -> None:
        with write_lock(engine, 10):
            order.append(name)

    other = Thread(target=write, args=["other"])
    with write_lock(engine, 10):
        other.start()
        wait_until_locked(place.with_name("some.db.next"))
    write("again")
    other.join()
    assert order == ["other", "again"]


def test_who_stands_still_while_waiting_keeps_nobody_from_writing(tmp_path: Path) -> None:
    place = tmp_path / "some.db"
    engine = sa.create_engine(f"sqlite:///{place}")
    with place.with_name("some.db.next").open("w") as still:
        fcntl.flock(still.fileno(), fcntl.LOCK_EX)
        with write_lock(engine, 10):
            pass


def wait_until_locked(path: Path) -> None:
    give_up = time.monotonic() + 10
    while time.monotonic() < give_up:
        with path.open("w") as file:
            try:
                fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
        time.sleep(0.001)
    raise AssertionError("nobody waits")
