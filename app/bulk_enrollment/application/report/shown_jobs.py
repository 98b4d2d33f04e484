"""Jobs as shown on pages: figures, names, and texts, for this room and for rooms that link to jobs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.bulk_enrollment.application.dry_runs.matches import CHANGED
from app.bulk_enrollment.application.report.job_states import JobState, job_states
from app.bulk_enrollment.application.report.left_out import LeftOutValues, left_out_of
from app.bulk_enrollment.domain.brakes.approval import Approval
from app.bulk_enrollment.domain.dry_runs.differences import Difference, contact_differences, differences
from app.bulk_enrollment.domain.job import FINISHED, UNFINISHED, WORKED_ON, JobStatus, badge_of
from app.bulk_enrollment.domain.job_texts import TextFacts
from app.bulk_enrollment.domain.outcomes import FAILED, FIRST_PROBLEM, Outcome
from app.bulk_enrollment.domain.pausing import BRAKES, PausedBy, seconds_at_work
from app.bulk_enrollment.infrastructure import job_list, queries
from app.bulk_enrollment.infrastructure.figures import (
    contacts_written,
)
from app.bulk_enrollment.infrastructure.job_list import JobFilter, NamedJob, Origin
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.engine import application as engine
from app.platform import queue
from app.platform.clock import now
from app.platform.database import one_snapshot
from app.platform.errors import NotFound

PAGE = 25
SHOWN_RUNNING = 3


@dataclass(frozen=True)
class ShownJob:
    """A job for display. `workflow_id` is the public id, None for an import and for a deleted workflow;
    `decided_by` is the name of the person who approved or refused it, `written` how many contacts a finished
    job with a dry run created and changed."""

    job: EnrollmentJob
    state: JobState
    facts: TextFacts
    workflow_id: str | None
    workflow_status: str | None
    started_by: str | None
    decided_by: str | None = None
    written: tuple[int, int] | None = None

    @property
    def title(self) -> str:
        return _title(self.job.kind, self.facts.workflow or f"Import of {self.facts.file_name}")

    @property
    def status(self) -> JobStatus:
        return self.state.progress.status

    @property
    def is_of_file(self) -> bool:
        """Whether the rows are those of a file."""
        return self.job.upload_id is not None

    @property
    def is_over(self) -> bool:
        return self.status in FINISHED

    @property
    def can_be_cancelled(self) -> bool:
        return self.status in UNFINISHED and self.status is not JobStatus.CANCELLING

    @property
    def paused_by(self) -> PausedBy | None:
        """Who paused the job; None if it is not paused."""
        return self.facts.paused_by

    @property
    def seconds_at_work(self) -> float | None:
        """Duration of a finished job in seconds, without pauses; None if it never started."""
        started, ended = self.job.started_at, self.job.finished_at
        return seconds_at_work(started, self.job.paused_seconds, ended) if started and ended else None

    @property
    def waits_for_workflow(self) -> bool:
        is_held = self.job.kind == "enroll" and self.workflow_status == "paused"
        return self.status is JobStatus.PAUSED and is_held

    @property
    def is_scheduled(self) -> bool:
        return self.status is JobStatus.SCHEDULED

    @property
    def waits(self) -> bool:
        """Whether nothing of the job happens before a known time, or while its account is suspended."""
        return self.is_scheduled or self.is_suspended or self.state.timing.waits

    @property
    def is_suspended(self) -> bool:
        """Whether workers would process the job, but its account is suspended."""
        return self.facts.is_suspended and self.status in WORKED_ON

    @property
    def can_be_resumed(self) -> bool:
        """Whether a user can resume the job; one paused with its workflow resumes with it, and one that
        waits for approval goes on when it is approved."""
        return self.paused_by not in (None, PausedBy.WORKFLOW, PausedBy.APPROVAL)

    @property
    def waits_for_person(self) -> bool:
        """Whether a brake has paused the job, so that a person lets it go on."""
        return self.paused_by in BRAKES

    @property
    def badge(self) -> str:
        """Code of the badge: the status, or what a job waits for."""
        return badge_of(self.status, self.job.decision, self.facts.is_suspended)

    @property
    def needs_approval(self) -> bool:
        """Whether the job waits for a second person's decision, or will when its rows are checked."""
        is_open = not self.is_over and self.status is not JobStatus.CANCELLING
        return is_open and self.job.approval == Approval.NEEDED

    @property
    def mark(self) -> str:
        """A value that changes whenever the page around the panel does."""
        if self.job.has_missed_start:
            return f"{self.status}-missed"
        if self.is_suspended:
            return f"{self.status}-suspended"
        return f"{self.status}-{self.paused_by}" if self.paused_by else self.status.value

    @property
    def failed(self) -> int:
        """Number of rows that can be corrected or retried."""
        return sum(rows for outcome, rows in self.state.outcomes.items() if outcome in FAILED)

    @property
    def problems(self) -> dict[Outcome, int]:
        """{outcome: rows} of the failed and skipped rows."""
        return {outcome: rows for outcome, rows in self.state.outcomes.items() if outcome >= FIRST_PROBLEM}

    @property
    def values_left_out(self) -> list[LeftOutValues]:
        """Values of the file that could not be read."""
        return left_out_of(self.job)

    @property
    def surprises(self) -> list[Difference]:
        """Differences from the dry run; empty for a job that was stopped."""
        if self.status not in (JobStatus.COMPLETED, JobStatus.COMPLETED_WITH_ERRORS):
            return []
        found = differences(self.job.expected, self.state.outcomes)
        effects = self.job.effects
        if effects is None or self.written is None:
            return found
        return found + contact_differences(effects, *self.written, is_import=self.job.kind == "import")

    @property
    def matches_changed(self) -> tuple[int, int]:
        """Numbers of contacts that met the filter when the job started but not in the dry run, and the other
        way around."""
        came, left = self.job.findings.get(CHANGED, (0, 0))
        return came, left


@dataclass(frozen=True)
class JobsPage:
    """Jobs, newest first. `newer` and `older` are public ids for the adjacent pages, or None."""

    jobs: list[ShownJob]
    newer: str | None
    older: str | None


@dataclass(frozen=True)
class RunningJob:
    """What every page shows of an unfinished job; `percent` is None while it is being prepared."""

    public_id: str
    name: str
    percent: int | None


def workers_are_alive() -> bool:
    return queue.alive_workers() > 0


def show_job(actor: Actor, public_id: str) -> ShownJob:
    """Return a job for its page. Raises NotFound, also for a draft, which only its dry run page shows."""
    accounts.require(actor, Permission.REPORTS)
    one_snapshot()
    found = job_list.named_job(actor.account_id, public_id)
    if found is None:
        raise NotFound("JOB_NOT_FOUND", "This job doesn’t exist.")
    shown = _shown(actor, [found])[0]
    if ahead := queries.jobs_before(found.job):
        timing = replace(shown.state.timing, ahead=ahead)
        shown = replace(shown, facts=replace(shown.facts, timing=timing))
    if shown.is_over and found.job.effects is not None:
        shown = replace(shown, written=contacts_written(actor.account_id, found.job.id))
    if not shown.is_over or found.job.workflow_id is None or shown.workflow_id is None:
        return shown
    enrolled = engine.people_under_way(actor, [found.job.workflow_id]).get(found.job.workflow_id, 0)
    return replace(shown, facts=replace(shown.facts, enrolled=enrolled))


def show_jobs(actor: Actor, wanted: JobFilter, older_than: str | None, newer_than: str | None) -> JobsPage:
    """Return a page of the list, starting from a job's public id; an unknown id leads to the first page."""
    accounts.require(actor, Permission.REPORTS)
    account_id = actor.account_id
    anchor = queries.job_by_public_id(account_id, older_than or newer_than or "")
    if anchor is not None and newer_than and not older_than:
        found = job_list.jobs_newer(account_id, wanted, anchor.id, PAGE + 1)
        if len(found) > PAGE:
            return _page(actor, found[1:], has_newer=True, has_older=True)
        anchor = None
    found = job_list.jobs_older(account_id, wanted, anchor.id if anchor else None, PAGE + 1)
    return _page(actor, found[:PAGE], has_newer=anchor is not None, has_older=len(found) > PAGE)


def workflows_to_choose(actor: Actor) -> Sequence[tuple[str, str]]:
    """Return (public id, name) of the workflows that the list can be filtered by."""
    return job_list.workflows_with_jobs(actor.account_id)


def recent_jobs(actor: Actor, workflow_id: int, limit: int = 5) -> list[ShownJob]:
    """Return the newest jobs of a workflow, given its internal id."""
    return _shown(actor, job_list.latest_jobs_of(actor.account_id, workflow_id, limit))


def running_jobs(actor: Actor) -> list[RunningJob]:
    """Return the newest unfinished jobs, with one statement."""
    return [
        RunningJob(
            public_id=pulse.public_id,
            name=_title(pulse.kind, pulse.workflow or f"Import of {pulse.options.source_name or 'contacts'}"),
            percent=pulse.processed * 100 // pulse.total if pulse.batches and pulse.total else None,
        )
        for pulse in job_list.unfinished_pulses(actor.account_id, SHOWN_RUNNING, now())
    ]


def origins_of(account_id: int, job_ids: Sequence[int]) -> dict[int, Origin]:
    """Return {job id: public id and name of its rows} for other rooms; deleted jobs are missing."""
    return job_list.origins(account_id, job_ids) if job_ids else {}


def lacks_workers(shown: ShownJob) -> bool:
    """Return whether the job is stalled because no worker is running."""
    return shown.status in WORKED_ON and not shown.is_suspended and not workers_are_alive()


def _title(kind: str, name: str) -> str:
    return f"Undo: {name}" if kind == "undo" else name


def _page(actor: Actor, found: list[NamedJob], *, has_newer: bool, has_older: bool) -> JobsPage:
    return JobsPage(
        jobs=_shown(actor, found),
        newer=found[0].job.public_id if found and has_newer else None,
        older=found[-1].job.public_id if found and has_older else None,
    )


def _shown(actor: Actor, found: Sequence[NamedJob]) -> list[ShownJob]:
    states = job_states(actor.account_id, [each.job for each in found])
    return [
        ShownJob(
            job=each.job,
            state=state,
            facts=_facts(each, state, actor.is_suspended),
            workflow_id=each.workflow_id,
            workflow_status=each.workflow_status,
            started_by=each.starter or each.started_by,
            decided_by=each.decider,
        )
        for each, state in zip(found, states, strict=True)
    ]


def _facts(each: NamedJob, state: JobState, is_suspended: bool) -> TextFacts:
    job, retry = each.job, state.figures.retry
    is_import = job.workflow_id is None
    into = None if is_import else each.workflow or "a deleted workflow"
    return TextFacts(
        progress=state.progress,
        outcomes=state.outcomes,
        workflow=into,
        file_name=job.options.source_name or "file",
        planned_rows=job.planned_rows,
        is_planned=job.planned_at is not None,
        retry=(retry.number, retry.attempt, retry.at) if retry else None,
        paused_by=PausedBy(job.paused_by) if job.status == JobStatus.PAUSED and job.paused_by else None,
        pauser=each.pauser,
        workflow_is_paused=job.kind == "enroll" and each.workflow_status == "paused",
        kind=job.kind,
        timing=state.timing,
        was_reading=job.options.scheduled_at is None or (job.attempt > 0 and job.planned_at is None),
        failures=job.failures,
        asked_by=each.starter or each.started_by,
        refused_by=each.decider if job.approval == Approval.REFUSED else None,
        people=job.options.people,
        is_suspended=is_suspended,
    )
