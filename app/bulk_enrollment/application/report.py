"""Jobs as pages show them: figures, names, words. The doors for the pages of this room and for the rooms
that link to jobs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.bulk_enrollment.application.left_out import LeftOutValues, left_out_of
from app.bulk_enrollment.domain.job import FINISHED, UNFINISHED, JobStatus, Progress
from app.bulk_enrollment.domain.outcomes import FAILED, FIRST_PROBLEM, Outcome
from app.bulk_enrollment.domain.pausing import PausedBy
from app.bulk_enrollment.domain.telling import Difference, Story, differences
from app.bulk_enrollment.infrastructure import job_list, queries
from app.bulk_enrollment.infrastructure.job_list import JobFilter, NamedJob, Origin
from app.bulk_enrollment.infrastructure.queries import Figures
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.engine import application as engine
from app.platform import queue
from app.platform.clock import now
from app.platform.database import forget_snapshot, one_snapshot
from app.platform.errors import NotFound

PAGE = 25
SHOWN_RUNNING = 3

# A job in one of these states is in the hands of the workers.
WORKED_ON = (
    JobStatus.PENDING,
    JobStatus.VALIDATING,
    JobStatus.QUEUED,
    JobStatus.PROCESSING,
    JobStatus.CANCELLING,
)


@dataclass(frozen=True)
class JobState:
    """A job with its figures: what panel, page and list show."""

    job: EnrollmentJob
    progress: Progress
    outcomes: dict[Outcome, int]
    figures: Figures


@dataclass(frozen=True)
class ShownJob:
    """A job as people know it. `workflow_id` is the public one, None for an import and for a workflow that
    is gone."""

    job: EnrollmentJob
    state: JobState
    story: Story
    workflow_id: str | None
    workflow_status: str | None
    started_by: str | None

    @property
    def title(self) -> str:
        return self.story.workflow or f"Import of {self.story.file_name}"

    @property
    def status(self) -> JobStatus:
        return self.state.progress.status

    @property
    def is_over(self) -> bool:
        return self.status in FINISHED

    @property
    def can_be_cancelled(self) -> bool:
        return self.status in UNFINISHED and self.status is not JobStatus.CANCELLING

    @property
    def paused_by(self) -> PausedBy | None:
        """Who holds the job paused; None while it is not."""
        return self.story.paused_by

    @property
    def waits_for_workflow(self) -> bool:
        return self.status is JobStatus.PAUSED and self.workflow_status == "paused"

    @property
    def can_be_resumed(self) -> bool:
        """Whether a person can: a job paused with its workflow resumes with it."""
        return self.paused_by not in (None, PausedBy.WORKFLOW)

    @property
    def mark(self) -> str:
        """Changes whenever what stands around the panel does."""
        return f"{self.status}-{self.paused_by}" if self.paused_by else self.status.value

    @property
    def failed(self) -> int:
        """Rows that a person can mend or try again."""
        return sum(rows for outcome, rows in self.state.outcomes.items() if outcome in FAILED)

    @property
    def problems(self) -> dict[Outcome, int]:
        """{outcome: rows} of those that were not done."""
        return {outcome: rows for outcome, rows in self.state.outcomes.items() if outcome >= FIRST_PROBLEM}

    @property
    def values_left_out(self) -> list[LeftOutValues]:
        """Values of the file that could not be read."""
        return left_out_of(self.job)

    @property
    def surprises(self) -> list[Difference]:
        """What came out otherwise than the check expected; nothing for a job that was stopped."""
        if self.status not in (JobStatus.COMPLETED, JobStatus.COMPLETED_WITH_ERRORS):
            return []
        return differences(self.job.expected, self.state.outcomes)


@dataclass(frozen=True)
class JobsPage:
    """Jobs newest first; `newer` and `older` are public ids to go on from, None where nothing follows."""

    jobs: list[ShownJob]
    newer: str | None
    older: str | None


@dataclass(frozen=True)
class RunningJob:
    """What every page shows of an unfinished job; `percent` None while it is prepared."""

    public_id: str
    name: str
    percent: int | None


def job_state(job: EnrollmentJob) -> JobState:
    return job_states(job.account_id, [job])[0]


def job_states(account_id: int, jobs: Sequence[EnrollmentJob]) -> list[JobState]:
    """States of several jobs from one read of the batches of those that are not over."""
    figures = queries.job_figures(account_id, [job.id for job in jobs if job.status not in FINISHED])
    figures |= {job.id: queries.final_figures(job) for job in jobs if job.status in FINISHED}
    at = now()
    return [
        JobState(
            job,
            queries.progress_of(job, figures[job.id], at),
            _outcomes(job, figures[job.id]),
            figures[job.id],
        )
        for job in jobs
    ]


def read_again(state: JobState) -> JobState:
    """The same job as it is now: for whoever waits for its end in one long transaction."""
    forget_snapshot()
    return job_state(queries.job_by_id(state.job.account_id, state.job.id))


def workers_are_alive() -> bool:
    return queue.alive_workers() > 0


def show_job(actor: Actor, public_id: str) -> ShownJob:
    """A job with all that its page tells. Raises NotFound, also for a draft: only its check knows of it."""
    accounts.require(actor, Permission.REPORTS)
    one_snapshot()
    found = job_list.named_job(actor.account_id, public_id)
    if found is None:
        raise NotFound("JOB_NOT_FOUND", "This job doesn’t exist.")
    shown = _shown(actor.account_id, [found])[0]
    if not shown.is_over or found.job.workflow_id is None or shown.workflow_id is None:
        return shown
    enrolled = engine.people_under_way(actor, [found.job.workflow_id]).get(found.job.workflow_id, 0)
    return replace(shown, story=replace(shown.story, enrolled=enrolled))


def show_jobs(actor: Actor, wanted: JobFilter, older_than: str | None, newer_than: str | None) -> JobsPage:
    """A page of the list, from a job's public id on; one that is not known begins at the top."""
    accounts.require(actor, Permission.REPORTS)
    account_id = actor.account_id
    anchor = queries.job_by_public_id(account_id, older_than or newer_than or "")
    if anchor is not None and newer_than and not older_than:
        found = job_list.jobs_newer(account_id, wanted, anchor.id, PAGE + 1)
        if len(found) > PAGE:
            return _page(account_id, found[1:], has_newer=True, has_older=True)
        anchor = None
    found = job_list.jobs_older(account_id, wanted, anchor.id if anchor else None, PAGE + 1)
    return _page(account_id, found[:PAGE], has_newer=anchor is not None, has_older=len(found) > PAGE)


def workflows_to_choose(actor: Actor) -> Sequence[tuple[str, str]]:
    """(public id, name) of the workflows that the list can be filtered by."""
    return job_list.workflows_with_jobs(actor.account_id)


def recent_jobs(actor: Actor, workflow_id: int, limit: int = 5) -> list[ShownJob]:
    """The newest jobs of a workflow, by its internal id."""
    return _shown(actor.account_id, job_list.latest_jobs_of(actor.account_id, workflow_id, limit))


def running_jobs(actor: Actor) -> list[RunningJob]:
    """The newest unfinished jobs, read with one statement."""
    return [
        RunningJob(
            public_id=pulse.public_id,
            name=pulse.workflow or f"Import of {pulse.options.source_name or 'contacts'}",
            percent=pulse.processed * 100 // pulse.total if pulse.batches and pulse.total else None,
        )
        for pulse in job_list.unfinished_pulses(actor.account_id, SHOWN_RUNNING)
    ]


def origins_of(account_id: int, job_ids: Sequence[int]) -> dict[int, Origin]:
    """{job id: its public id and what its rows are called}, for what other rooms tell of jobs; those no
    longer kept are missing."""
    return job_list.origins(account_id, job_ids) if job_ids else {}


def lacks_workers(shown: ShownJob) -> bool:
    """Whether the job stands still because no worker is running."""
    return shown.status in WORKED_ON and not workers_are_alive()


def _page(account_id: int, found: list[NamedJob], *, has_newer: bool, has_older: bool) -> JobsPage:
    return JobsPage(
        jobs=_shown(account_id, found),
        newer=found[0].job.public_id if found and has_newer else None,
        older=found[-1].job.public_id if found and has_older else None,
    )


def _shown(account_id: int, found: Sequence[NamedJob]) -> list[ShownJob]:
    states = job_states(account_id, [each.job for each in found])
    return [
        ShownJob(
            job=each.job,
            state=state,
            story=_story(each, state),
            workflow_id=each.workflow_id,
            workflow_status=each.workflow_status,
            started_by=each.started_by,
        )
        for each, state in zip(found, states, strict=True)
    ]


def _story(each: NamedJob, state: JobState) -> Story:
    job, retry = each.job, state.figures.retry
    into = None if job.kind == "import" else each.workflow or "a deleted workflow"
    return Story(
        progress=state.progress,
        outcomes=state.outcomes,
        workflow=into,
        file_name=job.options.source_name or "file",
        planned_rows=job.planned_rows,
        is_planned=job.planned_at is not None,
        retry=(retry.number, retry.attempt, retry.at) if retry else None,
        paused_by=PausedBy(job.paused_by) if job.status == JobStatus.PAUSED and job.paused_by else None,
        workflow_is_paused=each.workflow_status == "paused",
    )


def _outcomes(job: EnrollmentJob, figures: Figures) -> dict[Outcome, int]:
    """In the order of their codes; of a draft those that planning expects."""
    counted = job.expected if job.status == JobStatus.DRAFT else figures.outcomes
    return {outcome: counted[outcome.name] for outcome in Outcome if counted.get(outcome.name)}
