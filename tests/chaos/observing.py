"""What the database holds about the jobs of an account, read past the app, and what must be true of it."""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import psycopg

from app.bulk_enrollment.domain.job import FINISHED, LEGAL, OPEN_BATCH, UNFINISHED, JobStatus
from app.bulk_enrollment.domain.outcomes import Outcome, totals_by_kind
from app.engine.domain import UNDER_WAY

DONE = (
    Outcome.ENROLLED,
    Outcome.CREATED,
    Outcome.UPDATED,
    Outcome.UNCHANGED,
)
TO_RETRY = (
    *(Outcome.WORKFLOW_INACTIVE, Outcome.ENROLLMENT_ERROR, Outcome.DATABASE_ERROR),
    *(Outcome.TIMEOUT_ERROR, Outcome.CANCELLED),
    *(Outcome.VALIDATION_ERROR, Outcome.CONTACT_NOT_FOUND),  # if they were fixed
)
LOG = "job_transitions"
_LOGGED = f"INSERT INTO {LOG} (job_id, before, after) VALUES (NEW.id, OLD.status, NEW.status)"
_ON_SQLITE = (
    f"CREATE TABLE {LOG} (id INTEGER PRIMARY KEY, job_id INTEGER, before TEXT, after TEXT)",
    "CREATE TRIGGER log_transition AFTER UPDATE OF status ON enrollment_jobs WHEN OLD.status <> NEW.status"
    f" BEGIN {_LOGGED}; END",
)
_ON_POSTGRESQL = (
    f"CREATE TABLE {LOG} (id SERIAL PRIMARY KEY, job_id BIGINT, before TEXT, after TEXT)",
    "CREATE FUNCTION log_transition() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS"
    f" $$ BEGIN {_LOGGED}; RETURN NEW; END $$",
    "CREATE TRIGGER log_transition AFTER UPDATE OF status ON enrollment_jobs FOR EACH ROW"
    " WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION log_transition()",
)
_GONE = (
    "DROP TRIGGER log_transition ON enrollment_jobs",
    "DROP FUNCTION log_transition",
    f"DROP TABLE {LOG}",
)

TABLES = {
    "jobs": (
        "enrollment_jobs",
        "id public_id kind status workflow_id parent_job_id total batches canary_rows paused_by approval"
        " not_before portion_at options totals planned_at planned_rows started_at finished_at retries",
    ),
    "batches": (
        "enrollment_batches",
        "id job_id number first_row last_row next_row status succeeded failed skipped outcomes created"
        " attempt lease_until",
    ),
    "rows": ("enrollment_rows", "job_id row_number source_row outcome contact_id withheld identifier key"),
    "enrollments": (
        "enrollments",
        "id job_id contact_id workflow_id status undone_job_id enrolled_at ended_at",
    ),
    "contacts": ("contacts", "id status created_job_id email_key"),
    "tags": ("contact_tags", "contact_id tag_id added_job_id"),
    "events": ("contact_events", "id contact_id kind job_id"),
    "workflows": ("workflows", "id status"),
    "transitions": (LOG, "id job_id before after"),
}
EXPIRED = datetime(2021, 1, 1, tzinfo=UTC)  # ends of leases before are made by tests
_TIMES = ("not_before", "portion_at", "enrolled_at", "ended_at", "lease_until")
_DOCUMENTS = ("options", "totals", "outcomes")


class Observer:
    """A connection of its own to the database, which sees what is committed."""

    def __init__(self, url: str) -> None:
        self._is_sqlite = url.startswith("sqlite")
        if self._is_sqlite:
            path = url.removeprefix("sqlite:///")
            self._connection: Any = sqlite3.connect(path, isolation_level=None, timeout=30)
        else:
            self._connection = psycopg.connect(url, autocommit=True)

    def execute(self, *statements: str) -> None:
        for statement in statements:
            self._connection.execute(statement)

    def log_transitions(self) -> None:
        """Let the database itself note each change of a job's status."""
        self.execute(*(_ON_SQLITE if self._is_sqlite else _ON_POSTGRESQL))

    def log_no_more(self) -> None:
        if not self._is_sqlite:  # SQLite's file is replaced
            self.execute(*_GONE)

    def close(self) -> None:
        self._connection.close()

    def look(self) -> "Seen":
        found: dict[str, list[Any]] = {}
        for name, (table, columns) in TABLES.items():
            names = columns.split()
            order = "id" if "id" in names else ", ".join(names[:2])
            rows = self._connection.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY {order}")
            found[name] = [
                SimpleNamespace(**dict(zip(names, map(_read, names, row), strict=True))) for row in rows
            ]
        return Seen(**found)


def _read(name: str, value: Any) -> Any:
    if name in _DOCUMENTS and isinstance(value, str):
        return json.loads(value)
    if name in _TIMES and isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value


@dataclass
class Seen:
    """Rows of the tables at one moment."""

    jobs: list[Any] = field(default_factory=list)
    batches: list[Any] = field(default_factory=list)
    rows: list[Any] = field(default_factory=list)
    enrollments: list[Any] = field(default_factory=list)
    contacts: list[Any] = field(default_factory=list)
    tags: list[Any] = field(default_factory=list)
    events: list[Any] = field(default_factory=list)
    workflows: list[Any] = field(default_factory=list)
    transitions: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.job = {job.id: job for job in self.jobs}
        self.contact = {contact.id: contact for contact in self.contacts}
        self.batches_of: dict[int, list[Any]] = defaultdict(list)
        for batch in self.batches:
            self.batches_of[batch.job_id].append(batch)
        self.rows_of: dict[int, list[Any]] = defaultdict(list)
        for row in self.rows:
            self.rows_of[row.job_id].append(row)
        self.enrollments_by: dict[int, list[Any]] = defaultdict(list)
        for enrollment in self.enrollments:
            self.enrollments_by[enrollment.job_id].append(enrollment)

    def unfinished(self) -> list[Any]:
        return [job for job in self.jobs if job.status in UNFINISHED]

    def settled(self, job_id: int) -> list[Any]:
        """The rows of a job whose outcome is final."""
        ends = [
            (batch.first_row, batch.last_row + 1 if batch.status not in OPEN_BATCH else batch.next_row or 0)
            for batch in self.batches_of[job_id]
        ]
        return [row for row in self.rows_of[job_id] if any(a <= row.row_number < end for a, end in ends)]

    def done(self, job_id: int) -> int:
        return sum(one.succeeded + one.failed + one.skipped for one in self.batches_of[job_id])

    def progress(self) -> Any:
        """What changes when anything goes on."""
        jobs = [(job.id, job.status, job.planned_rows, self.done(job.id)) for job in self.jobs]
        return jobs, len(self.enrollments), len(self.transitions)


def counts_add_up(seen: Seen) -> None:
    """The figures of batches and jobs are those of the rows, and each is enrolled who is said to be."""
    for job in seen.jobs:
        settled = Counter(Outcome(row.outcome).name for row in seen.settled(job.id))
        counted: Counter[str] = Counter()
        for batch in seen.batches_of[job.id]:
            outcomes = {Outcome[name]: rows for name, rows in batch.outcomes.items()}
            kinds = {"succeeded": batch.succeeded, "failed": batch.failed, "skipped": batch.skipped}
            assert totals_by_kind(outcomes) == kinds, batch
            is_over = batch.status not in OPEN_BATCH
            end = batch.last_row + 1 if is_over else batch.next_row or batch.first_row
            assert sum(kinds.values()) == end - batch.first_row, batch
            counted.update(batch.outcomes)
        if job.status == JobStatus.DISCARDED:
            continue
        assert +settled == +counted, (job.public_id, settled, counted)
        if job.status in FINISHED:
            told = Counter({name: rows for name, rows in job.totals.items() if rows})
            expected = counted if job.batches else Counter({"CANCELLED": job.total})
            if job.status != JobStatus.FAILED and (job.batches or job.status == JobStatus.CANCELLED):
                assert told == +expected, (job, told, expected)
                assert sum(told.values()) == job.total, job
        if job.kind == "enroll":
            said = [row.contact_id for row in seen.settled(job.id) if row.outcome == Outcome.ENROLLED]
            made = [enrollment.contact_id for enrollment in seen.enrollments_by[job.id]]
            assert sorted(said) == sorted(made), (job.public_id, said, made)
            assert len(made) == len(set(made)), (job.public_id, "enrolled twice", made)
        elif job.kind == "undo":
            _undo_is_told(seen, job)
        else:
            assert not seen.enrollments_by[job.id]


def _undo_is_told(seen: Seen, job: Any) -> None:
    ended = {one.contact_id: one for one in seen.enrollments if one.undone_job_id == job.id}
    settled = {row.contact_id: Outcome(row.outcome) for row in seen.settled(job.id)}
    for one in ended.values():
        assert one.job_id == job.parent_job_id and one.status == "withdrawn", (job.public_id, one)
        assert settled.get(one.contact_id) in (Outcome.WITHDRAWN, Outcome.CONTACT_REMOVED), one
    for contact_id, outcome in settled.items():
        if outcome in (Outcome.WITHDRAWN, Outcome.CONTACT_REMOVED) and job.workflow_id is not None:
            assert contact_id in ended, (job.public_id, contact_id)
        if outcome is Outcome.CONTACT_REMOVED:
            assert contact_id not in seen.contact, (job.public_id, contact_id)
        if outcome is not Outcome.CANCELLED:
            left = [tag for tag in seen.tags if tag.added_job_id == job.parent_job_id]
            assert contact_id not in {tag.contact_id for tag in left}, (job.public_id, contact_id)


def rows_are_taken_once(seen: Seen) -> None:
    """A retry takes up each row that failed for a reason that may be over, or that was fixed, once; an undo
    each row that did something."""
    for job in seen.jobs:
        parent = seen.job.get(job.parent_job_id or 0)
        if parent is None or parent.status == JobStatus.DISCARDED or not seen.rows_of[parent.id]:
            continue
        taken = [row.source_row or row.row_number for row in seen.rows_of[job.id]]
        assert len(taken) == len(set(taken)), (job.public_id, taken)
        outcomes = {row.source_row or row.row_number: row.outcome for row in seen.rows_of[parent.id]}
        right = DONE if job.kind == "undo" else TO_RETRY
        wrong = [(row, Outcome(outcomes[row])) for row in taken if outcomes[row] not in right]
        assert not wrong, (job.public_id, wrong)


def hours_are_kept(seen: Seen) -> None:
    """Nobody is enrolled outside the hours of a drip, which are in UTC here (B-15)."""
    for job in seen.jobs:
        drip = job.options.get("drip") or {}
        opens, closes = drip.get("opens", 0), drip.get("closes", 1440)
        for one in seen.enrollments_by[job.id]:
            minute = one.enrolled_at.hour * 60 + one.enrolled_at.minute
            assert opens <= minute < closes, (job, one)


def nothing_names_erased_people(seen: Seen, rows: Collection[tuple[int, int]]) -> None:
    """`rows` are the (job id, row number) of those that named a person when they were erased."""
    left = [row for row in seen.rows if (row.job_id, row.row_number) in rows]
    assert not [row for row in left if row.identifier or row.key], left


def nobody_is_in_twice(seen: Seen) -> None:
    under_way = Counter(
        (one.workflow_id, one.contact_id) for one in seen.enrollments if one.status in UNDER_WAY
    )
    assert not {pair for pair, times in under_way.items() if times > 1}


def nothing_is_left_of_removed_contacts(seen: Seen) -> None:
    active = [one for one in seen.enrollments if one.status in UNDER_WAY]
    for what in (active, seen.tags, seen.events):
        left = [one for one in what if one.contact_id not in seen.contact]
        assert not left, left


def transitions_are_legal(seen: Seen) -> None:
    for one in seen.transitions:
        is_expired = one.after == JobStatus.DISCARDED and one.before in FINISHED
        assert is_expired or JobStatus(one.after) in LEGAL[JobStatus(one.before)], one


def waits_are_kept(seen: Seen) -> None:
    """Nobody is added before the approval, or beyond the canary, the portion of a drip."""
    for job in seen.jobs:
        done = seen.done(job.id)
        if job.approval == "needed" and job.status != JobStatus.CANCELLED:
            assert not [row for row in seen.settled(job.id) if row.outcome != Outcome.CANCELLED], job
        if job.canary_rows is not None and job.status in (JobStatus.QUEUED, JobStatus.PROCESSING, "paused"):
            assert done <= job.canary_rows, (job, done)
        drip = job.options.get("drip")
        if drip and job.portion_at:
            since = [one for one in seen.enrollments_by[job.id] if one.enrolled_at >= job.portion_at]
            assert len(since) <= drip["people"], (job, since)


def step_is_right(before: Seen, after: Seen, *, is_removal: bool, is_person: bool, touched: set[int]) -> None:
    """What a single step may change. `touched` are the contacts that people have changed."""
    for job in before.jobs:
        now = after.job.get(job.id)
        if now is None or now.status == JobStatus.DISCARDED:
            continue
        was = {row.row_number: (row.outcome, row.contact_id) for row in before.settled(job.id)}
        still = {row.row_number: (row.outcome, row.contact_id) for row in after.settled(job.id)}
        assert was.items() <= still.items(), (job.public_id, "settled rows have changed", was, still)
        if job.status in FINISHED:
            assert (now.status, now.totals) == (job.status, job.totals) and still == was, (job, now)
    known = {one.id: one for one in before.enrollments}
    withheld = {
        (row.job_id, row.contact_id) for job in after.jobs for row in after.settled(job.id) if row.withheld
    }
    for one in after.enrollments:
        was_there = known.get(one.id)
        if was_there is None:
            contact = before.contact.get(one.contact_id)
            assert contact is None or contact.status == "active", (one, contact)
            assert (one.job_id, one.contact_id) not in withheld, one
        elif was_there.status != one.status and not is_person:
            assert was_there.status in UNDER_WAY and one.status == "withdrawn", (was_there, one)
            undo = after.job.get(one.undone_job_id or 0)
            if undo is None or undo.kind != "undo":
                assert is_removal or one.contact_id not in after.contact, (was_there, one)
    assert {one.id for one in before.enrollments} <= {one.id for one in after.enrollments}
    if not is_removal:
        for contact_id in before.contact.keys() - after.contact.keys():
            _was_to_be_removed(before, after, contact_id, touched)


def _was_to_be_removed(before: Seen, after: Seen, contact_id: int, touched: set[int]) -> None:
    """An undo has removed a contact: its job had made it, and nobody else had anything to do with it."""
    job_id = before.contact[contact_id].created_job_id
    assert job_id is not None and contact_id not in touched, before.contact[contact_id]
    undone = [
        row
        for job in after.jobs
        if job.kind == "undo" and job.parent_job_id == job_id
        for row in after.settled(job.id)
        if row.contact_id == contact_id and row.outcome == Outcome.CONTACT_REMOVED
    ]
    assert undone, (contact_id, "was removed by nobody")
    everything: Iterable[Any] = [
        *((one.contact_id, one.job_id) for one in before.enrollments),
        *((one.contact_id, one.added_job_id) for one in before.tags),
        *((one.contact_id, one.job_id) for one in before.events),
    ]
    others = [one for one in everything if one[0] == contact_id and one[1] != job_id]
    assert not others, others
    begun = [one for one in before.enrollments if one.contact_id == contact_id and one.status != "held"]
    assert not [one for one in begun if one.undone_job_id is None], begun


def pauses_hold(before: Seen, after: Seen, acted_on: str | None) -> None:
    """A paused job begins no batch, whoever is at work; only what a person does to this job, or its workflow
    if that is what it waits for, ends its pause. `acted_on` is the public id of the job that a person acted
    on."""
    for job in before.jobs:
        now = after.job.get(job.id)
        if now is None or job.status != JobStatus.PAUSED or job.public_id == acted_on:
            continue
        open_before = [batch for batch in before.batches_of[job.id] if batch.status in OPEN_BATCH]
        has_ended = now.status in FINISHED and all(batch.status == "processing" for batch in open_before)
        assert now.status == JobStatus.PAUSED or job.paused_by == "workflow" or has_ended, (job, now)
        if now.status != JobStatus.PAUSED:
            continue
        batches = {batch.id: batch for batch in after.batches_of[job.id]}
        for batch in open_before:
            if batch.status == "pending":
                left = batches[batch.id]
                same = (left.status, left.next_row, left.attempt)
                assert same == (batch.status, batch.next_row, batch.attempt), (job, batch, left)


def running_batches_finish(before: Seen, after: Seen) -> None:
    """Canceling skips no batch that a worker is processing (B-13)."""
    skipped = {batch.id for batch in after.batches if batch.status == "skipped"}
    at_work = [batch for batch in before.batches if batch.status == "processing" and _is_leased(batch)]
    assert not [batch for batch in at_work if batch.id in skipped], (at_work, skipped)


def _is_leased(batch: Any) -> bool:
    return batch.lease_until is not None and batch.lease_until > EXPIRED


def created_contacts_are_counted(seen: Seen, made: dict[int, set[int]]) -> None:
    """`made` is {job id: contacts that it has ever created}."""
    for job in seen.jobs:
        if job.status != JobStatus.DISCARDED:
            counted = sum(batch.created for batch in seen.batches_of[job.id])
            assert counted == len(made[job.id]), (job.public_id, counted, made[job.id])


def rate_is_kept(seen: Seen, per_minute: int) -> None:
    """In no minute were more people enrolled than the account permits."""
    times = sorted(one.enrolled_at for one in seen.enrollments)
    for first, last in zip(times, times[per_minute:], strict=False):
        assert (last - first).total_seconds() >= 60, (first, last)
