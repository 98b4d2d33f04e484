"""Queries of enrollments: the contacts in a workflow, and the workflows of a contact."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.accounts.application import require
from app.accounts.domain import Actor, Permission
from app.contacts.infrastructure.tables import Contact
from app.engine.application.starting import Start, pace_of
from app.engine.domain import BY_TRIGGER, END_WORDS, SOURCES, UNDER_WAY, EnrollmentStatus
from app.engine.infrastructure import dates, queries
from app.engine.infrastructure.counters import counts, source_counts, step_counts
from app.engine.infrastructure.tables import Enrollment
from app.messaging import application as messaging
from app.platform.clock import now
from app.workflows import application as workflows
from app.workflows.domain import Definition, Names, Status, names_in, step_words, trigger_words
from app.workflows.infrastructure.tables import Workflow

_NOTED = ("here", "passed", "sent", "opened", "clicked", "failed")
MISSED_SHOWN = timedelta(days=30)


@dataclass(frozen=True)
class View:
    """A tab of the list of contacts in a workflow: the enrollment statuses it shows."""

    key: str
    label: str
    statuses: tuple[EnrollmentStatus, ...]


VIEWS = (
    View("", "Active", UNDER_WAY),
    View("finished", "Completed", (EnrollmentStatus.COMPLETED,)),
    View("goal", "Goal reached", (EnrollmentStatus.GOAL_REACHED,)),
    View("failed", "Failed", (EnrollmentStatus.FAILED,)),
    View("left", "Removed", (EnrollmentStatus.WITHDRAWN,)),
)


@dataclass(frozen=True)
class Figures:
    """Number of enrollments of a workflow by status. `start` says when those begin who are held, if the
    workflow was started at a pace."""

    counts: Mapping[str, int]
    start: Start | None = None

    def of(self, *statuses: str) -> int:
        return sum(self.counts.get(status, 0) for status in statuses)

    @property
    def now(self) -> int:
        return self.of(*UNDER_WAY)

    @property
    def held(self) -> int:
        return self.of(EnrollmentStatus.HELD)

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class TriggerState:
    """The trigger of a published workflow: `words` say when it enrolls people, `enrolled` how many it has
    enrolled so far. `is_waiting`: they wait at the first step until somebody starts the workflow. `missed`
    are the latest days for which a date enrolled nobody, because the clock was off."""

    words: str
    enrolled: int
    is_waiting: bool
    missed: Sequence[date] = ()


@dataclass(frozen=True)
class ListedEnrollment:
    """One enrollment for display: `source` in words, `step` as “3. Send email” with its detail, and `since`,
    the time of enrollment or, once it has ended, of its end; `reason` says why it ended. `contact` or
    `workflow` is set, depending on the list; `workflow_id` is None if it has been deleted."""

    enrollment: Enrollment
    source: str
    step: str
    detail: str
    since: datetime
    reason: str = ""
    contact: Contact | None = None
    workflow: str = ""
    workflow_id: str | None = ""


@dataclass(frozen=True)
class People:
    """A page of the contacts in a workflow. `previous` and `next` are the enrollment ids to pass as `before`
    and `after`."""

    workflow: Workflow
    figures: Figures
    view: View
    enrollments: Sequence[ListedEnrollment]
    previous: int | None
    next: int | None


def figures_of(actor: Actor, workflow: Workflow) -> Figures:
    """Return the number of enrollments by status for a workflow of the account."""
    require(actor, Permission.REPORTS)
    found = Figures(counts.by_status(actor.account_id, workflow.id))
    if workflow.held_until_started or not found.held:
        return found
    return Figures(found.counts, pace_of(actor, workflow))


def trigger_of(actor: Actor, workflow: Workflow) -> TriggerState | None:
    """Return the state of the trigger of a workflow that is active or paused; None if only people add
    people."""
    require(actor, Permission.REPORTS)
    if workflow.status not in (Status.ACTIVE, Status.PAUSED) or workflow.active_version_id is None:
        return None
    found = queries.definitions(actor.account_id, [workflow.active_version_id])
    definition = found.get(workflow.active_version_id)
    if definition is None or not definition.trigger.enrolls:
        return None
    words = trigger_words(definition)
    when = f"{words.title[:1].lower()}{words.title[1:]}."
    return TriggerState(
        words=f"{when} {words.detail}." if words.detail else when,
        enrolled=source_counts.by_source(actor.account_id, workflow.id).get(BY_TRIGGER, 0),
        is_waiting=workflow.held_until_started and workflow.status == Status.ACTIVE,
        missed=_missed(actor.account_id, workflow.id),
    )


def _missed(account_id: int, workflow_id: int) -> Sequence[date]:
    """Return the missed days of the last month."""
    since = now().date() - MISSED_SHOWN
    days = (date.fromisoformat(day) for day in dates.missed_days(account_id, workflow_id))
    return [day for day in days if day >= since]


def step_notes(actor: Actor, workflow: Workflow) -> dict[str, str]:
    """Return {step id: “12 here, 340 passed, 2 failed”} for steps that people have reached, with the messages
    that were sent, opened, and clicked."""
    require(actor, Permission.REPORTS)
    of = (actor.account_id, workflow.id)
    numbers: dict[str, Counter[str]] = defaultdict(Counter)
    for (step_id, status), number in counts.by_step(*of).items():
        if status in UNDER_WAY or status == EnrollmentStatus.FAILED:
            numbers[step_id]["failed" if status == EnrollmentStatus.FAILED else "here"] += number
    for (step_id, _), number in step_counts.by_step(*of).items():
        numbers[step_id]["passed"] += number
    for (step_id, result), (number, _) in messaging.results_by_step(*of).items():
        if result in ("sent", "opened", "clicked"):
            numbers[step_id][result] += number
    notes = {
        step_id: ", ".join(f"{found[word]:,} {word}" for word in _NOTED if found[word])
        for step_id, found in numbers.items()
    }
    return {step_id: note for step_id, note in notes.items() if note}


def people_under_way(actor: Actor, workflow_ids: Sequence[int]) -> dict[int, int]:
    """Return {workflow id: number of active enrollments} for workflows of the account."""
    require(actor, Permission.REPORTS)
    return counts.under_way(actor.account_id, workflow_ids)


def people_left(account_id: int, workflow_id: int) -> int:
    """Return the number of active enrollments of a workflow, whoever asks."""
    return counts.under_way(account_id, [workflow_id]).get(workflow_id, 0)


def active_and_counted(account_id: int, workflow_id: int) -> tuple[int, int]:
    """Return the number of active enrollments of a workflow, counted one by one and as pages show it, for the
    verification of jobs."""
    return counts.active_and_counted(account_id, workflow_id)


def people_in(
    actor: Actor, public_id: str, view: str = "", *, after: int | None = None, before: int | None = None
) -> People:
    """Return a page of the contacts in a workflow, newest first, after or before an enrollment id. Raises
    NotFound."""
    require(actor, Permission.REPORTS)
    workflow = workflows.find_workflow(actor, public_id)
    shown = next((one for one in VIEWS if one.key == view), VIEWS[0])
    page = queries.people_page(actor.account_id, workflow.id, shown.statuses, after=after, before=before)
    enrollments = _listed(actor, [(enrollment, contact, "", "") for enrollment, contact in page.people])
    return People(
        workflow=workflow,
        figures=figures_of(actor, workflow),
        view=shown,
        enrollments=enrollments,
        previous=page.people[0][0].id if page.has_previous and page.people else None,
        next=page.people[-1][0].id if page.has_next else None,
    )


def step_labels(account_id: int, version_ids: Collection[int]) -> dict[tuple[int, str], str]:
    """Return {(version id, step id): the step as “3. Send email”}."""
    return {
        (version_id, step.id): f"{step.number}. {step_words(step, names_in(definition)).title}"
        for version_id, definition in queries.definitions(account_id, version_ids).items()
        for step in definition.all_steps
    }


def contact_enrollments(actor: Actor, contact_id: int) -> Sequence[ListedEnrollment]:
    """Return the enrollments of a contact, newest first."""
    require(actor, Permission.REPORTS)
    found = queries.enrollments_of_contact(actor.account_id, contact_id)
    return _listed(actor, [(enrollment, None, name, public_id) for enrollment, name, public_id in found])


def names_of_workflows(actor: Actor, workflow_ids: Sequence[int]) -> dict[int, tuple[str, str | None]]:
    """Return {workflow id: (name, public id)}; the public id is None if it has been deleted."""
    require(actor, Permission.REPORTS)
    found = queries.workflow_names(actor.account_id, workflow_ids)
    return {key: (one[0], None if one[2] else one[1]) for key, one in found.items()}


def _listed(
    actor: Actor, rows: Sequence[tuple[Enrollment, Contact | None, str, str | None]]
) -> list[ListedEnrollment]:
    found = queries.definitions(actor.account_id, (row[0].version_id for row in rows))
    named = {version_id: (definition, names_in(definition)) for version_id, definition in found.items()}
    return [_listed_enrollment(named.get(row[0].version_id), *row) for row in rows]


def _listed_enrollment(
    version: tuple[Definition, Names] | None,
    enrollment: Enrollment,
    contact: Contact | None,
    name: str,
    public_id: str | None,
) -> ListedEnrollment:
    step = version[0].step(enrollment.step_id) if version and enrollment.step_id else None
    words = step_words(step, version[1]) if version and step else None
    is_here = enrollment.status in UNDER_WAY
    return ListedEnrollment(
        enrollment=enrollment,
        source=SOURCES.get(enrollment.source, enrollment.source.replace("_", " ").capitalize()),
        step=f"{step.number}. {words.title}" if step and words else "",
        detail=words.detail if words else "",
        since=enrollment.enrolled_at if is_here else enrollment.ended_at or enrollment.enrolled_at,
        reason=END_WORDS.get(enrollment.end_reason or "", ""),
        contact=contact,
        workflow=name,
        workflow_id=public_id,
    )
