"""A whole Muster that runs while a test kills parts of it, and what must hold when the dust has settled."""

import os
import random
import shutil
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from itertools import cycle
from pathlib import Path
from typing import Any

from flask import Flask

from app import create_app
from app.accounts.domain import Actor
from app.bulk_enrollment.domain.job import FINISHED
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.infrastructure.figures import job_figures
from app.platform.database import db
from app.platform.settings import Settings
from tests.people import create_people, sign_in
from tests.rooms.bulk_enrollment.trial import Trial
from tests.rooms.workflows.drafts import active
from tests.services import prepared
from tests.services.installation import Installation
from tests.services.postgresql import PostgreSQL
from tests.services.receiver import receiver
from tests.services.s3_server import S3Server
from tests.services.sentinel import Sentinels
from tests.services.twilio import fake_twilio

WORKERS = ("worker-1", "worker-2")
OTHERS = ("queue", "web", "clock")

# Waits short enough for a test, and one more attempt than a batch can be killed in one round.
SHORT = {
    "BATCH_RETRY_SECONDS": "0.2,0.4,0.8,0.8,0.8,0.8,0.8",
    "BATCH_LEASE_SECONDS": "2",
    "MAX_CONTACTS_PER_JOB": "100000",
    "MAX_UNFINISHED_JOBS": "1000",
    "PUBLIC_URL": "http://localhost",
    "WEBHOOK_PRIVATE_ADDRESSES": "1",
}

PEOPLE, TWICE, WRONG, WITHHELD = 1_840, 80, 40, 40
ROWS = PEOPLE + TWICE + WRONG + WITHHELD


def file_of(first: int = 0, phone: Callable[[int], str] = lambda number: "") -> str:
    """2,000 rows: good people from number `first` on, among them duplicates, faults, consents withheld."""
    good = range(first, first + PEOPLE)
    rows = [f"p{number}@example.com,P{number - first},yes,{phone(number)}" for number in good]
    rows += [f"P{number}@EXAMPLE.com,again,yes," for number in good[:: PEOPLE // TWICE]]
    rows += [f"p{number} at example.com,wrong,yes," for number in range(WRONG)]
    rows += [f"no{first + number}@example.com,No,no," for number in range(WITHHELD)]
    random.Random(first).shuffle(rows)
    return "\n".join(["Email,First name,Newsletter,Phone", *rows, ""])


CHOICES: dict[str, Any] = {
    "mapping": {"0": "email", "1": "first_name", "2": "consent", "3": "phone"},
    "missing": "create",
    "existing": "fill",
    "tags": ["Under fire", "New"],
}


class Siege:
    """An installation on a database of its own; `trial` starts jobs in it and looks at them. `twilio` and
    `hooks` are what its workflows call.

    The kind `machines` is two installations, each with a worker and a folder of its own, that share
    PostgreSQL, a queue behind Sentinel, and a bucket. The second worker is that of the other machine.
    """

    def __init__(self, kind: str, folder: Path) -> None:
        self.server: PostgreSQL | None = None
        self.sentinels: Sentinels | None = None
        self._others = ExitStack()
        self.twilio = self._others.enter_context(fake_twilio())
        self.hooks = self._others.enter_context(receiver())
        settings = SHORT | {"TWILIO_URL": self.twilio.url}
        if kind != "sqlite":
            self.server = prepared.postgresql(synchronous_commit="on").start()
            settings["DATABASE_URL"] = self.server.url(prepared.NAME)
        if kind == "machines":
            settings |= self._shared()
        names = ("one", "other") if kind == "machines" else ("data",)
        self.sites = [Installation(folder / name, **settings).prepare() for name in names]
        for site in self.sites:
            site.begin()
        self.site = self.sites[0]
        for site in self.sites:
            site.wait_until_ready(180)
        patient = {"BATCH_LEASE_SECONDS": ""}  # the test itself is never killed, only slow on a busy machine
        self.app: Flask = create_app(Settings.from_environment(self.site.environment | patient))
        with self.app.app_context():
            create_people()
        self.actor: Actor = sign_in(self.app, "bob").actor
        self.trial = Trial(self.app, self.actor, lambda: False)
        self._batch_sizes = cycle((80, None))

    def _shared(self) -> dict[str, str]:
        """Start what machines share besides the database; return the settings for it."""
        self.sentinels = Sentinels()
        self._others.callback(self.sentinels.remove)
        storage = S3Server()
        self._others.callback(storage.stop)
        self.bucket = storage.new_bucket()
        return {
            "REDIS_URL": self.sentinels.url,
            "UPLOADS_URL": self.bucket.url,
            "SECRET_KEY": "the same secret key on every machine",
            "WORKERS": "1",
        }

    def end(self) -> None:
        """Stop everything and leave nothing behind."""
        for site in self.sites:
            with suppress(AssertionError):
                site.stop()
        self._others.close()
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        if self.server is not None:
            self.server.remove()
        for site in self.sites:
            shutil.rmtree(site.data_dir, ignore_errors=True)

    def person(self, name: str) -> Actor:
        return sign_in(self.app, name).actor

    def workflow(self, name: str) -> str:
        return active(self.app, self.actor, name)

    def start(
        self,
        workflow: str | None,
        first: int = 0,
        phone: Callable[[int], str] = lambda number: "",
        **choices: Any,
    ) -> str:
        """Start a job of 2,000 rows. Every other one has many small batches, each a transaction of its own;
        the others have batches that share transactions."""
        size = {"batch_size": next(self._batch_sizes)}
        return self.trial.start(file_of(first, phone), workflow, **(CHOICES | size | choices))

    @cached_property
    def usual_seconds(self) -> float:
        """How long a job takes that nobody disturbs."""
        began = time.monotonic()
        job = self.start(self.workflow("Undisturbed"))
        self.all_is_well(job)
        self.everybody_is_in(job)
        return time.monotonic() - began

    def status(self, job: str) -> str:
        return self.trial.job(job).status

    def done(self, job: str) -> int:
        """How many rows have their outcome."""
        number = self.trial.job(job).id
        with self.trial.acting():
            figures = job_figures(self.actor.account_id, [number])[number]
        return figures.succeeded + figures.failed + figures.skipped

    def is_over(self, job: str) -> bool:
        return self.status(job) in FINISHED

    def kill(self, name: str, kind: signal.Signals = signal.SIGKILL) -> bool:
        """Kill a process, if it runs just now. Of a queue that machines share, the replica takes over."""
        if name == "queue" and self.sentinels is not None:
            self.sentinels.fail_over()
            return True
        site, process = self._place(name)
        if not site.is_running(process):
            return False
        with suppress(ProcessLookupError):
            site.kill(process, kind)
        return True

    def _place(self, name: str) -> tuple[Installation, str]:
        if name == "worker-2" and len(self.sites) > 1:
            return self.sites[1], "worker-1"
        return self.site, name

    def is_running(self, name: str) -> bool:
        """Whether a process runs; on each machine, if each has one."""
        if name in WORKERS:
            site, process = self._place(name)
            return site.is_running(process)
        if name == "queue" and self.sentinels is not None:
            return True
        return all(site.is_running(name) for site in self.sites)

    def kill_workers(self) -> None:
        for name in WORKERS:
            self.kill(name)

    @contextmanager
    def stopped(self, name: str) -> Iterator[None]:
        """A process that stands still (SIGSTOP) and then goes on."""
        site, process = self._place(name)
        pid = site.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def wait(self, *jobs: str, within: float = 120) -> None:
        """Wait until the jobs are over."""
        eventually(lambda: all(self.is_over(job) for job in jobs), within, pause=0.2)

    def all_is_well(self, *jobs: str) -> None:
        """The jobs end, every row has one outcome and nobody is in twice; then everything runs again."""
        self.wait(*jobs)
        self.trial.holds(*jobs)
        eventually(lambda: all(map(self.is_running, (*WORKERS, *OTHERS))))
        eventually(self.answers, pause=0.2)

    def answers(self) -> bool:
        """Whether each web server says that all of it is ready."""
        return all(map(_is_ready, self.sites))

    def outcomes(self, job: str) -> dict[str, int]:
        return {name: rows for name, rows in self.trial.job(job).totals.items() if rows}

    def everybody_is_in(self, job: str) -> None:
        """What becomes of the file when nobody was in before."""
        assert self.outcomes(job) == {
            Outcome.ENROLLED.name: PEOPLE,
            Outcome.DUPLICATE_IN_SELECTION.name: TWICE,
            Outcome.VALIDATION_ERROR.name: WRONG,
            Outcome.CONTACT_BLOCKED.name: WITHHELD,
        }


def _is_ready(site: Installation) -> bool:
    try:
        with urllib.request.urlopen(f"{site.url}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def eventually(true: Callable[[], object], within: float = 60, pause: float = 0.05) -> None:
    """Wait until something is so, looking every `pause` seconds."""
    give_up = time.monotonic() + within
    while True:
        if true():
            return
        assert time.monotonic() < give_up, "it never came to be so"
        time.sleep(pause)
