"""Jobs, progress, rows, and dry runs in the terms of the API."""

from datetime import datetime
from typing import Annotated, Final, Literal

from app.bulk_enrollment.domain.brakes.rules import FAILED_PERCENT
from app.bulk_enrollment.domain.job import DRY_RUN, JobStatus
from app.bulk_enrollment.domain.pausing import Decision, PausedBy
from app.platform.api.example_ids import JOB_ID, UPLOAD_ID, WORKFLOW_ID
from app.platform.api.pace import Weekday
from app.platform.api.schemas import Schema, described

STARTED_AT: Final = "2026-03-01T09:00:00Z"

PausedByName = Literal[tuple(one.value for one in PausedBy)]
StatusName = Literal[tuple(one.value for one in JobStatus if one not in DRY_RUN)]
Status = Annotated[StatusName, described("Status of the job.", "processing")]
Decided = Annotated[
    Literal[tuple(one.value for one in Decision)] | None,
    described(
        "Why the job waits for a person; null if it doesn’t. `waits_for_approval`: a second person approves "
        "or refuses it. `first_rows_done`: its canary is done; resume or cancel it. `too_many_failures`: too "
        "many rows failed; resume or cancel it. `missed_start`: it wasn’t started in time; start, "
        "reschedule, or cancel it.",
        None,
    ),
]
FixedRowState = Literal["open", "ready", "left_out"]
PlanStatus = Literal["planning", "ready", "failed", "started"]
Total = Annotated[int, described("Number of rows.", 5000)]
Processed = Annotated[
    int, described("Rows that are done: `succeeded` + `failed` + `skipped`, without canceled ones.", 2500)
]
Succeeded = Annotated[int, described("Rows that did what the job is for.", 2400)]
Failed = Annotated[int, described("Rows that failed; they can be corrected or retried.", 20)]
Skipped = Annotated[int, described("Rows that a rule left out, and rows that were canceled.", 80)]
Batches = Annotated[int, described("Number of batches, 0 until all rows are checked.", 50)]
Percent = Annotated[float, described("Share of the rows that are done.", 50.0)]
Row = Annotated[int, described("Number of the row in the file, from 1, without the header.", 17)]
Line = Annotated[int, described("Line of the row in the file.", 18)]


class Drip(Schema):
    """How the people of a job are spread over time: `people` every `every` `unit`."""

    people: int = described("People at a time.", 100)
    every: int = described("Number of units between two portions.", 1)
    unit: Literal["minutes", "hours", "days"] = described("Unit of `every`.", "days")
    opens: str = described("Time of day from which people are added.", "09:00")
    closes: str = described("Time of day until before which people are added.", "17:00")
    weekdays: list[Weekday] = described("Days on which people are added.", ["monday", "tuesday"])
    time_zone: str = described("Time zone of the times and days.", "Europe/Berlin")


class Brakes(Schema):
    """What pauses a job by itself."""

    canary_rows: int | None = described("Pause after this many rows; null: never.", 100)
    canary_percent: int | None = described("Pause after this share of the rows; null: never.", None)
    failed_percent: int | None = described(
        "Pause if more percent of the last 1,000 rows fail; null: never.", FAILED_PERCENT
    )
    failed_rows: int | None = described("Pause if more rows fail in all; null: never.", None)


class Job(Schema):
    """A job: a bulk enrollment, an import, or the undo of another job."""

    id: str = described("ID of the job.", JOB_ID)
    kind: Literal["enroll", "import", "undo"] = described("What the job does.", "enroll")
    workflow_id: str | None = described(
        "ID of the workflow; null for an import, or if it was deleted.", WORKFLOW_ID
    )
    workflow_name: str | None = described("Name of the workflow.", "Spring leads")
    workflow_version: int | None = described("Version of the workflow that people are enrolled into.", 2)
    status: Status
    selection_type: Literal["csv", "manual", "filter"] = described("How the people were selected.", "csv")
    source_name: str = described("Name of the uploaded file; empty without one.", "leads.csv")
    upload_id: str | None = described("ID of the upload; null without one, or if it was deleted.", UPLOAD_ID)
    parent_job_id: str | None = described("ID of the job that this one retries, corrects, or undoes.", None)
    total: Total
    processed: Processed
    succeeded: Succeeded
    failed: Failed
    skipped: Skipped
    outcomes: dict[str, int] = described(
        "Rows by outcome; once the job is over, their sum is `total`.",
        {"ENROLLED": 2400, "CONTACT_BLOCKED": 80, "VALIDATION_ERROR": 20},
    )
    batches: Batches
    batches_done: int = described("Batches that are done.", 25)
    percent: Percent
    tags: list[str] = described("Tags that everyone who is enrolled gets.", ["spring"])
    paused_by: PausedByName | None = described(
        "Who or what paused the job; null if it is not paused. `approval`: it waits for a second person.",
        None,
    )
    needs_attention: Decided
    failure: str | None = described(
        "Why the file couldn’t be read, in a sentence; null unless `status` is `failed`.", None
    )
    scheduled_at: datetime | None = described("When it is to start; null if it started at once.", None)
    time_zone: str | None = described(
        "Time zone in which the start is shown; null without a start time.", None
    )
    drip: Drip | None = described("How its people are spread over time; null: not at all.", None)
    brakes: Brakes = described("What pauses it by itself.")
    notify_email: str | None = described(
        "Email address that is notified when the job is over.", "bob@example.com"
    )
    created_at: datetime = described("When it was created.", STARTED_AT)
    started_at: datetime | None = described("When its first batch started.", "2026-03-01T09:00:02Z")
    completed_at: datetime | None = described("When it was over.", None)
    created_by: str | None = described("Name of the user who created it; null if they have left.", "Alice")


class Progress(Schema):
    """Progress of a job. Its numbers add up at any time, and never decrease."""

    job_id: str = described("ID of the job.", JOB_ID)
    status: Status
    total: Total
    processed: Processed
    succeeded: Succeeded
    failed: Failed
    skipped: Skipped
    current_batch: int = described("Number of the batch in progress.", 26)
    batches: Batches
    percent: Percent
    rate: float | None = described("Rows per second; null if it is not known.", 812.5)
    seconds_left: int | None = described("Estimated seconds until it is over; null if unknown.", 3)
    needs_attention: Decided


class Failure(Schema):
    """A row that failed or was skipped."""

    row: Row
    line: Line
    contact_id: int | None = described("ID of the contact; null if there is none.", None)
    identifier: str = described("What contacts are matched by, as in the file.", "ann@@example.com")
    email: str | None = described("The same if contacts are matched by email, else null.", "ann@@example.com")
    code: str = described("The outcome.", "VALIDATION_ERROR")
    counts_as: Literal["failed", "skipped"] = described("Which figure of the job it is part of.", "failed")
    message: str = described("Why, in a sentence.", "The address has two @ signs.")
    note: str | None = described("A remark about the row, in a sentence; null without one.", None)
    retryable: bool = described("Whether trying the same row again can help.", False)
    batch: int | None = described("Number of the batch that it was processed in.", 1)
    at: datetime | None = described("When that batch was done.", "2026-03-01T09:00:02Z")


class FixedCell(Schema):
    """A cell of a row that can be corrected."""

    column: str = described("Name of the column.", "Email")
    field: str = described("The contact field that the column is matched to.", "email")
    value: str = described("Its text.", "ann@example.com")
    problem: str = described("What is wrong with it, in a sentence; empty if nothing is.", "")


class FixedRow(Schema):
    """A row of a finished job that can be corrected in place."""

    row: Row
    line: Line
    state: FixedRowState = described(
        "`open`: still wrong or unchanged, `ready`: runs with the next retry, `left_out`: nothing happens.",
        "ready",
    )
    problem: str = described("What is wrong with the row, in a sentence; empty if nothing is.", "")
    cells: list[FixedCell] = described("Its cells. Columns about consent can’t be changed.")


class SampleRow(Schema):
    """A row, as an example of an outcome."""

    row: Row
    line: Line
    identifier: str = described("What contacts are matched by, as in the file.", "ann@@example.com")
    message: str = described("Why, in a sentence; empty if the row succeeds.", "The address has two @ signs.")


class Remark(Schema):
    """What the workflow means for the people of a job, before it starts."""

    title: str = described("The remark in a sentence.", "They start at step 1 now, not on their birthday.")
    text: str = described("More about it.", "2,289 of 2,360 people have no birthday.")
    field: str | None = described(
        "The contact field that people lack, for `only_with`; null if it is about none.", "contact.birthday"
    )
    lacking: int = described("Number of people without a value in that field.", 2289)


class FieldChange(Schema):
    """Contacts that get another value in a field."""

    filled: int = described("Contacts that had no value.", 12)
    overwritten: int = described("Contacts that had another value.", 3)


class DryRun(Schema):
    """A dry run: what starting the job would do. Nothing changes until it is started; it expires after a
    day."""

    id: str = described("ID of the dry run, and of the job once it is started.", JOB_ID)
    status: PlanStatus = described(
        "`planning`: poll again, `ready`: it can be started, `failed`: `failure` says why.", "ready"
    )
    workflow_id: str | None = described("ID of the workflow; null for an import.", WORKFLOW_ID)
    total: Total
    percent: float | None = described("How far planning is, if known.", 100.0)
    waits_for_workers: bool = described("Whether no background worker is running.", False)
    headline: str | None = described(
        "The result in a sentence; null until it is ready.", "4,700 people will be added to Spring leads."
    )
    remarks: list[Remark] = described("What the workflow means for these people, most important first.", [])
    outcomes: dict[str, int] = described(
        "Expected rows by outcome.", {"ENROLLED": 4700, "ALREADY_ENROLLED": 200, "VALIDATION_ERROR": 100}
    )
    contacts_created: int | None = described("New contacts; null until it is ready.", 310)
    contacts_updated: int | None = described("Contacts that change; null until it is ready.", 15)
    changes: dict[str, FieldChange] = described(
        "Contacts that change, by field.", {"contact.company": {"filled": 12, "overwritten": 3}}
    )
    new_tags: list[str] = described("Tags that don’t exist yet.", ["spring"])
    seconds_estimated: int = described("Estimated duration of the job, without its drip.", 6)
    starts_at: datetime | None = described("When the job is to start; null: when you start it.", None)
    last_at: datetime | None = described(
        "When the last person is added under the drip; null without one.", None
    )
    samples: dict[str, list[SampleRow]] = described(
        "The first rows of each outcome.",
        {
            "VALIDATION_ERROR": [
                {
                    "row": 17,
                    "line": 18,
                    "identifier": "ann@@example.com",
                    "message": "The address has two @ signs.",
                }
            ]
        },
    )
    failure: str | None = described("Why planning failed, in a sentence.", None)
    job_id: str | None = described("ID of the job, once it is started.", None)


class UndoPreview(Schema):
    """What undoing a job would change. Nothing changes until the undo is started."""

    status: PlanStatus = described(
        "`planning`: poll again, `ready`: the figures are known, `started`: `job_id` is the undo.", "ready"
    )
    total: int = described("Rows that the job processed successfully.", 12500)
    outcomes: dict[str, int] = described("Expected rows by outcome.", {"WITHDRAWN": 12480, "MOVED_ON": 20})
    failure: str | None = described("Why the figures couldn’t be made, in a sentence.", None)
    job_id: str | None = described("ID of the undo, once it is started.", None)
