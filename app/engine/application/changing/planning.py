"""What a move to the new version does to whom, before anybody is moved (E-08)."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.engine.domain import EnrollmentStatus
from app.engine.domain.version_moves import LEAVE, is_kept
from app.engine.infrastructure import queries
from app.engine.infrastructure.life import version_moves
from app.platform.errors import Invalid
from app.workflows import application as workflows
from app.workflows.domain import Definition, names_in, step_words
from app.workflows.infrastructure.tables import Workflow


@dataclass(frozen=True)
class StepPeople:
    """People at a step of older versions, in words; `step_id` is empty for those who have not begun."""

    step_id: str
    label: str
    people: int


@dataclass(frozen=True)
class MovePlan:
    """What a move to version `number` does: `staying` go on at the same step, `beginning` begin at the first
    one, and for the people at `missing` steps somebody decides between `choices`: {step id: label} of the new
    version, and `LEAVE`."""

    number: int
    staying: Sequence[StepPeople]
    beginning: int
    missing: Sequence[StepPeople]
    choices: Mapping[str, str]

    @property
    def people(self) -> int:
        return self.beginning + sum(one.people for one in (*self.staying, *self.missing))


def plan_move(actor: Actor, public_id: str) -> MovePlan | None:
    """Return what a move of the people in older versions of a workflow would do; None if nobody is. Raises
    NotFound."""
    accounts.require(actor, Permission.REPORTS)
    return plan_for(actor.account_id, workflows.find_workflow(actor, public_id))


def plan_for(account_id: int, workflow: Workflow) -> MovePlan | None:
    new_id = workflow.active_version_id
    if new_id is None or workflow.status not in ("active", "paused"):
        return None
    older = version_moves.older_versions(account_id, workflow.id, new_id)
    found = version_moves.standing(account_id, workflow.id, older)
    if not found:
        return None
    definitions = queries.definitions(account_id, [new_id, *(one.version_id for one in found)])
    new, number = definitions[new_id], queries.version_numbers(account_id, [new_id])[new_id]
    groups: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for one in found:
        old = definitions[one.version_id]
        if one.status == EnrollmentStatus.HELD or not one.step_id:
            groups["beginning"]["", ""] += one.people
        else:
            kind = "staying" if is_kept(one.step_id, old, new) else "missing"
            shown = new if kind == "staying" else old
            groups[kind][one.step_id, _labels(shown).get(one.step_id, "A removed step")] += one.people
    staying, missing = (
        [StepPeople(*key, people) for key, people in groups[kind].items()] for kind in ("staying", "missing")
    )
    return MovePlan(number, staying, groups["beginning"].total(), missing, _labels(new))


def check_choices(plan: MovePlan, chosen: Mapping[str, str]) -> dict[str, str]:
    """Return what is chosen for the missing steps. Raises Invalid with `fields`: {step id: sentence}."""
    wrong = {
        one.step_id: "Choose a step, or let these people leave the workflow."
        for one in plan.missing
        if chosen.get(one.step_id) not in {*plan.choices, LEAVE}
    }
    if wrong:
        raise Invalid.in_fields(wrong)
    return {one.step_id: chosen[one.step_id] for one in plan.missing}


def _labels(definition: Definition) -> dict[str, str]:
    names = names_in(definition)
    return {one.id: f"{one.number}. {step_words(one, names).title}" for one in definition.all_steps if one.id}
