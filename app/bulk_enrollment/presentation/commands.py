"""`flask enroll`, `flask import`, `flask verify-job`: bulk jobs from a terminal, run by the workers."""

import time
from pathlib import Path
from typing import Any

import click
from flask import Flask

from app.accounts.application import terminal_actor
from app.accounts.domain import Actor
from app.bulk_enrollment.application import start, verify
from app.bulk_enrollment.application.report import JobState, job_state, read_again, workers_are_alive
from app.bulk_enrollment.domain.job import JobStatus
from app.bulk_enrollment.domain.options import EXISTING, JobOptions
from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.domain.selection import FileSelection
from app.bulk_enrollment.presentation.terminal_consent import settle, word_option
from app.bulk_enrollment.presentation.terminal_file import (
    Reading,
    ask_for_dates,
    facts_of,
    identifier_for,
    keep_file,
    print_facts,
    reading_options,
)
from app.contacts.domain import ConsentBasis
from app.files import application as files
from app.files.domain.columns.guesses import IGNORE
from app.files.domain.consent.columns import CONSENT_FIELDS
from app.files.domain.consent.questions import ConsentAnswers
from app.platform import tenancy
from app.platform.errors import Invalid, Unavailable
from app.platform.terminal import plain_errors, print_json
from app.workflows import application as workflows

POLL_SECONDS = 0.25
PATIENCE_SECONDS = 4.0

_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_account = click.option("--account", default=None, help="Account name; defaults to the first account.")
_json = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
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
_map = click.option(
    "--map", "maps", multiple=True, metavar="COLUMN=FIELD", help="Match a column to a field; can be repeated."
)


def register(app: Flask) -> None:
    for command in (_enroll, _import, _verify_job):
        app.cli.add_command(command)


@click.command("enroll")
@_file
@click.option("--workflow", required=True, metavar="NAME_OR_ID")
@click.option(
    "--create-missing", is_flag=True, help="Create contacts for people who aren’t in your contacts yet."
)
@click.option("--dry-run", is_flag=True, help="Show what would happen without changing anything.")
@_basis
@_existing
@_tags
@_map
@reading_options
@word_option
@_json
@_account
@plain_errors
def _enroll(
    file: Path,
    workflow: str,
    create_missing: bool,
    dry_run: bool,
    consent_basis: str,
    existing: Any,
    tags: tuple[str, ...],
    maps: tuple[str, ...],
    reading: Reading,
    consent_words: tuple[str, ...],
    as_json: bool,
    account: str | None,
) -> None:
    """Enroll the people in a CSV file or Excel workbook in a workflow."""
    actor = _actor(account)
    target = workflows.find_by_name_or_id(actor, workflow)
    upload, mapping, ignored = _keep(actor, file, reading, maps)
    facts = _told(upload, mapping, identifier_for(reading, mapping), reading, as_json)
    options = JobOptions(
        missing="create" if create_missing else "skip",
        existing=existing,
        consent_basis=consent_basis if create_missing else "",
        tags=tags,
    )
    selection = _selection(upload, reading, mapping, settle(actor, upload, mapping, ignored, consent_words))
    if options.writes_contacts:
        ask_for_dates(upload, mapping, reading)
    wanted = start.JobRequest(selection, options, target.public_id)
    _run(actor, wanted, facts, dry_run, as_json)


@click.command("import")
@_file
@_basis
@_existing
@_tags
@_map
@reading_options
@word_option
@_json
@_account
@plain_errors
def _import(
    file: Path,
    consent_basis: str,
    existing: Any,
    tags: tuple[str, ...],
    maps: tuple[str, ...],
    reading: Reading,
    consent_words: tuple[str, ...],
    as_json: bool,
    account: str | None,
) -> None:
    """Import the people in a CSV file or Excel workbook as contacts, without enrolling them."""
    actor = _actor(account)
    upload, mapping, ignored = _keep(actor, file, reading, maps)
    facts = _told(upload, mapping, identifier_for(reading, mapping), reading, as_json)
    options = JobOptions(missing="create", existing=existing, consent_basis=consent_basis, tags=tags)
    selection = _selection(upload, reading, mapping, settle(actor, upload, mapping, ignored, consent_words))
    if options.writes_contacts:
        ask_for_dates(upload, mapping, reading)
    wanted = start.JobRequest(selection, options)
    _run(actor, wanted, facts, dry_run=False, as_json=as_json)


@click.command("verify-job")
@click.argument("job_id", metavar="ID")
@_account
@plain_errors
def _verify_job(job_id: str, account: str | None) -> None:
    """Recount a job: rows in the file = sum of outcomes, one outcome per row, nobody enrolled twice."""
    actor = _actor(account)
    job = start.find_job(actor, job_id)
    checks = verify.verify_job(job)
    for check in checks:
        mark = "ok    " if check.holds else "BROKEN"
        click.echo(f"{mark}  {check.says}: {check.expected:,} = {check.found:,}")
    if not all(check.holds for check in checks):
        raise SystemExit(1)
    click.echo(f"The job is consistent ({job.status.replace('_', ' ')}, {job.total:,} rows).")


def _actor(account: str | None) -> Actor:
    actor = terminal_actor(account)
    tenancy.act_for(actor.account_id)
    return actor


def _told(
    upload: files.Upload, mapping: dict[str, str], identifier: Any, reading: Reading, as_json: bool
) -> dict[str, Any]:
    """What was guessed of the file; people are told at once."""
    facts = facts_of(upload, mapping, identifier, reading.dates, reading.phones)
    if not as_json:
        print_facts(upload, facts)
    return facts


def _keep(
    actor: Actor, file: Path, reading: Reading, maps: tuple[str, ...]
) -> tuple[files.Upload, dict[str, str], set[int]]:
    """(upload, mapping, columns that are to be ignored): as guessed, then as the person says."""
    upload = keep_file(actor, file, reading)
    guesses = files.suggestion(actor.account_id, upload)
    mapping = {str(guess.index): guess.field for guess in guesses if guess.field in files.MAPPABLE}
    positions = {guess.name: str(guess.index) for guess in guesses}
    ignored: set[int] = set()
    for entry in maps:
        column, equals, field = entry.rpartition("=")
        if not equals or column not in positions or field not in files.MAPPABLE | {IGNORE}:
            raise Invalid(
                "VALIDATION_ERROR",
                f"--map {entry}: use COLUMN=FIELD with a column in the file and one of "
                f"{', '.join(sorted(files.MAPPABLE | {IGNORE}))}.",
            )
        at = positions[column]
        if field == IGNORE:
            mapping.pop(at, None)
            ignored.add(int(at))
            continue
        if field not in CONSENT_FIELDS:  # several columns may be about consent
            mapping = {other: name for other, name in mapping.items() if name != field}
        mapping[at] = field
    return upload, mapping, ignored


def _selection(
    upload: files.Upload, reading: Reading, mapping: dict[str, str], answers: ConsentAnswers
) -> FileSelection:
    return FileSelection(
        upload_id=upload.public_id,
        mapping=mapping,
        identifier=identifier_for(reading, mapping),
        dates=reading.dates,
        phones=reading.phones,
        not_consent=sorted(map(str, answers.not_consent)),
        consent_words=dict(answers.words),
    )


def _run(actor: Actor, wanted: start.JobRequest, facts: dict[str, Any], dry_run: bool, as_json: bool) -> None:
    began = time.monotonic()
    _need_workers()
    job = start.dry_run(actor, wanted) if dry_run else start.start_job(actor, wanted)
    state = _wait(job_state(job), quiet=as_json)
    if state.job.status == JobStatus.FAILED:
        raise click.ClickException(state.job.failure or "The file couldn’t be read.")
    _show(state, time.monotonic() - began, facts, as_json)
    if state.job.status == JobStatus.CANCELLED:
        raise SystemExit(1)


def _need_workers() -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not workers_are_alive():
        if time.monotonic() > give_up:
            raise Unavailable(
                "UNAVAILABLE", "No background worker is running. Start Muster (“make run”) or a worker first."
            )
        time.sleep(POLL_SECONDS)


def _wait(state: JobState, quiet: bool) -> JobState:
    """Show a bar until the job is over, or a dry run is planned."""
    silent_since = time.monotonic()
    shown = 0
    total = state.job.total
    with click.progressbar(
        length=total, label="Rows", file=click.get_text_stream("stderr"), hidden=quiet
    ) as bar:
        while True:
            state = read_again(state)
            is_draft = state.job.status == JobStatus.DRAFT
            done = state.job.planned_rows if is_draft else state.progress.processed
            bar.update(max(0, done - shown))
            shown = max(done, shown)
            if state.progress.is_over or (is_draft and state.job.planned_at):
                return state
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
