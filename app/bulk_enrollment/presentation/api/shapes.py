"""What the use cases return, as schemas of the API."""

from typing import cast

from app.bulk_enrollment.application.fixing.editing import EditedRow
from app.bulk_enrollment.application.job_document import job_document
from app.bulk_enrollment.application.job_facts import JobFacts
from app.bulk_enrollment.application.report.dry_runs import DryRun as PlannedDryRun
from app.bulk_enrollment.application.report.problems import Problem as ProblemRow
from app.bulk_enrollment.application.timing.plan_ahead import time_plan
from app.bulk_enrollment.application.undoing import UndoFigures
from app.bulk_enrollment.domain.outcomes import FAILED
from app.bulk_enrollment.presentation.api.schemas import (
    DryRun,
    Failure,
    FieldChange,
    FixedCell,
    FixedRow,
    FixedRowState,
    Job,
    PlanStatus,
    Remark,
    SampleRow,
    UndoPreview,
)
from app.platform.clock import now


def job_of(facts: JobFacts) -> Job:
    return Job(**job_document(facts))


def failure_of(row: ProblemRow, identifier: str | None) -> Failure:
    """Return a row in the terms of the API; `identifier` is what contacts are matched by."""
    return Failure(
        row=row.row,
        line=row.line,
        contact_id=row.contact_id,
        identifier=row.address,
        email=row.address if identifier == "email" else None,
        code=row.outcome.name,
        counts_as="failed" if row.outcome in FAILED else "skipped",
        message=row.message,
        note=row.remark,
        retryable=row.outcome.retry_helps,
        batch=row.batch,
        at=row.at,
    )


def fixed_row_of(row: EditedRow) -> FixedRow:
    return FixedRow(
        row=row.row,
        line=row.line,
        state=cast(FixedRowState, row.state),
        problem=row.problem,
        cells=[
            FixedCell(
                column=cell.column.name,
                field=cell.column.field,
                value=cell.text,
                problem=cell.problem or cell.warning,
            )
            for cell in row.cells
        ],
    )


def dry_run_of_plan(run: PlannedDryRun, time_zone: str) -> DryRun:
    """Return a dry run in the terms of the API; `time_zone` is the account's."""
    plan = time_plan(run.job.options, run.to_be_done, now(), time_zone) if run.is_ready else None
    return DryRun(
        id=run.job.public_id,
        status=_status(is_started=run.is_started, has_failed=run.has_failed, is_ready=run.is_ready),
        workflow_id=run.workflow.public_id if run.workflow else None,
        total=run.job.total,
        percent=100.0 if run.is_ready else run.percent,
        waits_for_workers=run.is_waiting,
        headline=run.headline if run.is_ready else None,
        remarks=[
            Remark(title=one.title, text=one.text, field=one.field or None, lacking=one.lacking)
            for one in run.effects.remarks
        ],
        outcomes={one.outcome.name: one.rows for one in run.expected},
        contacts_created=run.effects.created if run.is_ready else None,
        contacts_updated=run.effects.updated if run.is_ready else None,
        changes={
            one.field: FieldChange(filled=one.filled, overwritten=one.overwritten)
            for one in run.effects.changes
        },
        new_tags=run.new_tags,
        seconds_estimated=round(run.seconds),
        starts_at=run.job.options.scheduled_at,
        last_at=plan.drip.last if plan and plan.drip else None,
        samples={
            one.outcome.name: [
                SampleRow(row=row.row, line=row.line, identifier=row.text, message=row.message)
                for row in one.samples
            ]
            for one in run.expected
        },
        failure=run.job.failure,
        job_id=run.job.public_id if run.is_started else None,
    )


def undo_preview_of(figures: UndoFigures) -> UndoPreview:
    """Return the figures of an undo that has been prepared."""
    undo = figures.undo
    assert undo is not None
    has_failed = undo.failure is not None
    return UndoPreview(
        status=_status(is_started=figures.is_started, has_failed=has_failed, is_ready=figures.is_ready),
        total=undo.total,
        outcomes={outcome.name: rows for outcome, rows in figures.expected.items()},
        failure=undo.failure,
        job_id=undo.public_id if figures.is_started else None,
    )


def _status(*, is_started: bool, has_failed: bool, is_ready: bool) -> PlanStatus:
    if is_started:
        return "started"
    if has_failed:
        return "failed"
    return "ready" if is_ready else "planning"
