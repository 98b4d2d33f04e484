"""`flask enroll`, `flask import`, `flask verify-job`: bulk jobs from a terminal, run by the workers."""

import sys
import time
from dataclasses import dataclass
from typing import Any

import click
from flask import Flask

from app.accounts.application import terminal_actor
from app.accounts.domain import Actor
from app.bulk_enrollment.application.job_lookup import find_job
from app.bulk_enrollment.application.jobs import start
from app.bulk_enrollment.application.report import verify
from app.bulk_enrollment.application.report.job_states import JobState, job_state, read_again
from app.bulk_enrollment.application.report.shown_jobs import workers_are_alive
from app.bulk_enrollment.domain.job import JobStatus
from app.bulk_enrollment.domain.options import EXISTING, Existing, JobOptions
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.domain.pausing import PausedBy
from app.bulk_enrollment.domain.selection import FileSelection
from app.contacts.domain import ConsentBasis
from app.files import application as files
from app.platform import tenancy
from app.platform.errors import Conflict, Unavailable
from app.platform.terminal import plain_errors, print_json
from app.workflows import application as workflows

POLL_SECONDS = 0.25
PATIENCE_SECONDS = 4.0

_account = click.option("--account", default=None, help="Account name or ID; defaults to the first account.")
_basis = click.option(
    "--consent-basis",
    type=click.Choice([basis.value for basis in ConsentBasis]),
    default=ConsentBasis.OTHER.value,
    show_default=True,
    help="Legal basis for contacting new contacts.",
)
_tags = click.option("--tag", "tags", multiple=True, help="Tag to add to everyone; can be repeated.")
_existing = click.option(
    "--existing",
    type=click.Choice(EXISTING),
    default="leave",
    show_default=True,
    help="What to do with existing contacts.",
)
_workflow = click.option("--workflow", required=True, metavar="NAME_OR_ID")
_create_missing = click.option(
    "--create-missing", is_flag=True, help="Create contacts for people who aren’t in your contacts yet."
)
_dry_run = click.option("--dry-run", is_flag=True, help="Show what would happen without changing anything.")


def register(app: Flask) -> None:
    files.register_command(
        files.FileCommand(
            "enroll",
            "Enroll the people in a CSV file or Excel workbook in a workflow.",
            (_workflow, _create_missing, _dry_run, _basis, _existing, _tags),
            _into_workflow,
        )
    )
    files.register_command(
        files.FileCommand(
            "import",
            "Import the people in a CSV file or Excel workbook as contacts, without enrolling them.",
            (_basis, _existing, _tags),
            _into_contacts,
        )
    )
    app.cli.add_command(_verify_job)


@dataclass(frozen=True)
class JobAtTerminal:
    """A job started from the command line; `workflow_id` None means an import."""

    actor: Actor
    options: JobOptions
    workflow_id: str | None = None
    is_dry_run: bool = False

    @property
    def reads_values(self) -> bool:
        return self.options.writes_contacts

    def run(
        self, upload: files.Upload, choices: files.FileChoices, facts: dict[str, Any], as_json: bool
    ) -> None:
        """Start the job, wait for it and show its outcome."""
        began = time.monotonic()
        _need_workers()
        wanted = start.JobRequest(FileSelection.of(upload.public_id, choices), self.options, self.workflow_id)
        act = start.dry_run if self.is_dry_run else start.start_job
        state = _wait(job_state(act(self.actor, wanted)), quiet=as_json)
        if state.job.failure is not None:
            raise click.ClickException(state.job.failure)
        _show(state, time.monotonic() - began, facts, as_json)
        if state.job.status == JobStatus.CANCELLED:
            raise SystemExit(1)


def _into_workflow(
    actor: Actor,
    workflow: str,
    create_missing: bool,
    dry_run: bool,
    consent_basis: str,
    existing: Existing,
    tags: tuple[str, ...],
) -> JobAtTerminal:
    target = workflows.find_by_name_or_id(actor, workflow)
    options = JobOptions(
        missing="create" if create_missing else "skip",
        existing=existing,
        consent_basis=consent_basis if create_missing else "",
        tags=tags,
    )
    return JobAtTerminal(actor, options, target.public_id, dry_run)


def _into_contacts(
    actor: Actor, consent_basis: str, existing: Existing, tags: tuple[str, ...]
) -> JobAtTerminal:
    options = JobOptions(missing="create", existing=existing, consent_basis=consent_basis, tags=tags)
    return JobAtTerminal(actor, options)


@click.command("verify-job")
@click.argument("job_id", metavar="ID")
@_account
@plain_errors
def _verify_job(job_id: str, account: str | None) -> None:
    """Recount a job: rows in the file = sum of outcomes, one outcome per row, nobody enrolled twice."""
    actor = terminal_actor(account)
    tenancy.act_for(actor.account_id)
    job = find_job(actor, job_id)
    checks = verify.verify_job(job)
    for check in checks:
        mark = "ok    " if check.holds else "BROKEN"
        click.echo(f"{mark}  {check.says}: {check.expected:,} = {check.found:,}")
    if not all(check.holds for check in checks):
        raise SystemExit(1)
    click.echo(f"The job is consistent ({job.status.replace('_', ' ')}, {job.total:,} rows).")


# What a job waits for that needs a person's decision, by the reason of its pause.
_WAITS_FOR: dict[str, str] = {
    PausedBy.APPROVAL: "The job waits for another person’s approval.",
    PausedBy.BRAKE: "The job is paused, because too many rows failed.",
    PausedBy.CANARY: "The first rows are done, and the job waits.",
}


def _need_workers() -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not workers_are_alive():
        if time.monotonic() > give_up:
            raise Unavailable(
                "UNAVAILABLE", "No background worker is running. Start Muster (“make run”) or a worker first."
            )
        time.sleep(POLL_SECONDS)


def _wait(state: JobState, quiet: bool) -> JobState:
    """Show a progress bar until the job is over, or the dry run is planned."""
    silent_since = time.monotonic()
    shown = 0
    total = state.job.total
    with click.progressbar(length=total, label="Rows", file=sys.stderr, hidden=quiet) as bar:
        while True:
            state = read_again(state)
            is_draft = state.job.status == JobStatus.DRAFT
            done = state.job.planned_rows if is_draft else state.progress.processed
            bar.update(max(0, done - shown))
            shown = max(done, shown)
            if state.progress.is_over or (is_draft and (state.job.planned_at or state.job.failure)):
                return state
            if waits_for := _WAITS_FOR.get(state.job.paused_by or ""):
                raise Conflict(
                    "CONFLICT", f"{waits_for} Open the job in Muster to decide. {state.job.public_id}"
                )
            if workers_are_alive():
                silent_since = time.monotonic()
            elif time.monotonic() - silent_since > PATIENCE_SECONDS:
                raise Unavailable(
                    "UNAVAILABLE",
                    "The workers have stopped. Nothing is lost: the job continues when one starts. "
                    f"Job {state.job.public_id}",
                )
            time.sleep(POLL_SECONDS)


def _show(state: JobState, seconds: float, facts: dict[str, Any], as_json: bool) -> None:
    job, outcomes = state.job, state.outcomes
    if as_json:
        counts = {outcome.name: outcomes.get(outcome, 0) for outcome in Outcome}
        print_json(
            {"job": job.public_id, "status": job.status, "rows": job.total, "seconds": round(seconds, 2)}
            | counts
            | {"file": facts}
        )
        return
    for outcome, rows in outcomes.items():
        click.echo(f"{rows:>12,}  {outcome.label} ({outcome.name})")
    words = "dry run" if job.status == JobStatus.DRAFT else job.status.replace("_", " ")
    click.echo(f"{job.total:>12,}  rows, {words} ({seconds:.1f} seconds). Job {job.public_id}")
