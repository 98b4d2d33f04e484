"""Starting a workflow: people who are held begin, at once or at a pace (B-15), and whoever is enrolled later
begins at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.accounts.domain.regions import is_zone
from app.activity import application as activity
from app.engine.domain import EnrollmentStatus
from app.engine.domain.begin_words import begin_words
from app.engine.infrastructure.counters import counts
from app.engine.infrastructure.counters.counts import Place
from app.engine.infrastructure.life import held, paced_starts
from app.engine.infrastructure.life.paced_starts import Pace
from app.platform import queue
from app.platform.clock import now
from app.platform.database import after_commit, transaction
from app.platform.errors import Conflict, Invalid
from app.platform.text.pace import (
    Drip,
    DripPlan,
    Portion,
    drip_problem,
    plan_left,
    portion_after_change,
    turn,
)
from app.platform.text.pace_words import pace_words
from app.workflows import application as workflows
from app.workflows.domain import Status
from app.workflows.infrastructure.tables import Workflow

START_TASK = "engine.release_held"
AT_ONCE = 5_000
TOO_SLOW = "At this pace it would take more than a year. Let more people begin at a time, or more often."


@dataclass(frozen=True)
class Start:
    """How many people begin who were held, and when at which pace (None: at once).

    `sentences` say the pace, and when the first and the last people begin.
    """

    people: int
    drip: Drip | None = None
    plan: DripPlan | None = None
    sentences: Sequence[str] = ()


def start_held(actor: Actor, public_id: str, drip: Drip | None = None) -> Start:
    """Let everybody who is held in a workflow begin, at the pace of a drip or at once.

    A second start does no harm: it changes the pace for those who have not begun. Raises NotFound, Conflict
    if the workflow is not active, and Invalid with `fields` for a pace that is not possible.
    """
    accounts.require(actor, Permission.WORKFLOWS)
    with transaction():
        accounts.lock(actor.account_id)
        workflow = _startable(actor, public_id)
        pace, start = _paced(actor.account_id, workflow, drip, now())
        if workflow.held_until_started or start.people:
            workflows.begin_at_once(actor.account_id, workflow.id)
            if pace:
                paced_starts.save(actor.account_id, workflow.id, pace)
            else:
                paced_starts.remove(actor.account_id, workflow.id)
            facts = {"name": workflow.name, "people": start.people}
            facts |= {"pace": pace_words(pace.drip)} if pace else {}
            activity.record(actor, "workflow_started", "workflow", public_id, **facts)
            workflow_id = workflow.id
            after_commit(lambda: queue.send(START_TASK, actor.account_id, workflow_id))
    return start


def start_plan(actor: Actor, public_id: str, drip: Drip | None = None) -> Start:
    """Return what `start_held` would do. Raises the same errors."""
    accounts.require(actor, Permission.WORKFLOWS)
    workflow = _startable(actor, public_id)
    return _paced(actor.account_id, workflow, drip, now())[1]


def pace_of(actor: Actor, workflow: Workflow) -> Start | None:
    """Return when those begin who are still held, of a workflow that was started at a pace."""
    accounts.require(actor, Permission.REPORTS)
    pace = paced_starts.find(actor.account_id, workflow.id)
    return pace and _start(pace, _held(actor.account_id, workflow.id), now())


def release_held(account_id: int, workflow_id: int) -> None:
    """Let the held enrollments of a started workflow begin, in pieces, as many as may begin now. The clock
    sends the task again for what is left."""
    while not queue.should_stop() and _release(account_id, workflow_id):
        pass


def resume_releasing() -> None:
    """Send the task again for workflows that were started and have held enrollments that may begin now."""
    queue.send_all(START_TASK, held.started_but_held(now()))


def _startable(actor: Actor, public_id: str) -> Workflow:
    workflow = workflows.find_workflow(actor, public_id)
    if workflow.status != Status.ACTIVE:
        raise Conflict("WORKFLOW_NOT_ACTIVE", "Activate this workflow first.", status=workflow.status)
    return workflow


def _held(account_id: int, workflow_id: int) -> int:
    return counts.by_status(account_id, workflow_id).get(EnrollmentStatus.HELD, 0)


def _paced(account_id: int, workflow: Workflow, drip: Drip | None, at: datetime) -> tuple[Pace | None, Start]:
    """Return the pace of a start, and what it does. Portions that have begun stay as they are."""
    held = _held(account_id, workflow.id)
    if drip is not None:
        _check(drip)
    if drip is None or not held:
        return None, Start(held)
    earlier = paced_starts.lock(account_id, workflow.id)
    drip = drip.instead_of(earlier.drip if earlier else None, at)
    portion = portion_after_change(earlier.portion, earlier.drip, drip) if earlier else Portion()
    pace = Pace(drip, at, portion)
    start = _start(pace, held, at)
    if start.plan is None or start.plan.last is None:
        raise Invalid.in_fields({"drip_people": TOO_SLOW})
    return pace, start


def _start(pace: Pace, held: int, at: datetime) -> Start:
    plan = plan_left(pace.drip, pace.portion, pace.started_at, at, held)
    return Start(held, pace.drip, plan, list(begin_words(pace.drip, plan, at)))


def _check(drip: Drip) -> None:
    if problem := drip_problem(drip):
        raise Invalid.in_fields({f"drip_{problem[0]}": problem[1]})
    if not is_zone(drip.zone):
        raise Invalid.in_fields({"time_zone": "This time zone doesn’t exist."})


def _release(account_id: int, workflow_id: int) -> int:
    """Let up to AT_ONCE held enrollments begin; return how many. None while the workflow is not active."""
    with transaction():
        is_active = workflows.state_of(account_id, workflow_id) == Status.ACTIVE
        if not is_active or workflows.is_held(account_id, workflow_id):
            return 0
        pace, at = paced_starts.lock(account_id, workflow_id), now()
        allowed = turn(pace.drip, pace.portion, pace.started_at, at) if pace else None
        most = min(AT_ONCE, allowed.people) if allowed else AT_ONCE
        begun = held.release(account_id, workflow_id, at, most) if most else {}
        changes = {}
        for (version_id, step_id), number in begun.items():
            place = Place(workflow_id, version_id, step_id or "", EnrollmentStatus.HELD.value)
            changes[place] = -number
            changes[place._replace(status=EnrollmentStatus.ACTIVE.value)] = number
        counts.change(account_id, changes)
        people = sum(begun.values())
        if allowed and held.has_held(account_id, workflow_id):
            portion = allowed.portion._replace(taken=allowed.portion.taken + people)
            next_at = at if people < allowed.people else allowed.wait_until
            paced_starts.advance(account_id, workflow_id, portion, next_at)
        elif allowed:
            paced_starts.remove(account_id, workflow_id)
    return people
