"""Editing the paths of a branch or split: their number, order, names and percentages.

Every function raises NotFound, also if the step has no paths, Conflict if the workflow was changed since
`revision`, and Invalid if the change is not possible.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.contacts.domain.criteria import criteria_words, rules
from app.platform.errors import Invalid, NotFound
from app.workflows.application.editing.structure import Edited, edit_recorded
from app.workflows.application.judging import faults_of_part
from app.workflows.application.lookup import editable
from app.workflows.domain import Definition, Step, message_names, parse
from app.workflows.domain.definition.parts import Path
from app.workflows.domain.editing import (
    Edit,
    add_path,
    describe_paths,
    move_path,
    remove_path,
)
from app.workflows.domain.types.declarations import ForkType
from app.workflows.infrastructure.tables import Workflow


@dataclass(frozen=True)
class ForkCard:
    """A branch or split with its paths. `rules` are their conditions in words, by key; empty without any."""

    workflow: Workflow
    step: Step
    fork: ForkType
    rules: Mapping[str, str]

    @property
    def can_grow(self) -> bool:
        return self._count < self.fork.most

    @property
    def can_shrink(self) -> bool:
        return self._count > self.fork.least

    @property
    def _count(self) -> int:
        return sum(not path.is_default for path in self.step.paths)


def fork_card(actor: Actor, public_id: str, step_id: str) -> ForkCard:
    accounts.require(actor, Permission.WORKFLOWS)
    workflow = editable(actor, public_id)
    step, fork = fork_of(workflow.parsed, step_id)
    names = message_names(workflow.parsed)
    words = {path.ref: criteria_words(path.criteria, names) for path in step.paths if _has_rules(path)}
    return ForkCard(workflow, step, fork, words)


def edit_paths(
    actor: Actor,
    public_id: str,
    step_id: str,
    names: Mapping[str, str],
    shares: Mapping[str, Any],
    act: str,
    revision: int,
) -> Edited:
    """Set names and percentages by the keys of paths, and do what a button says: `add`, `remove.KEY`,
    `up.KEY`, or `down.KEY`.

    Without an act, what is wrong is refused: Invalid with `fields` {“name-KEY” or “percent-KEY”: sentence}.
    """

    def edited(definition: Definition) -> Edit:
        step, _ = fork_of(definition, step_id)
        described = parse(describe_paths(definition, step, names, shares))
        step, _ = fork_of(described, step_id)
        verb, _, key = act.partition(".")
        if not verb:
            _refuse_faults(actor, public_id, described, step)
            return Edit(described.document, step_id)
        if verb == "add":
            return Edit(add_path(described, step, str(revision)), step_id)
        if verb == "remove":
            return Edit(remove_path(described, step, key), step_id)
        return Edit(move_path(described, step, key, up=verb == "up"), step_id)

    return edit_recorded(actor, "workflow_paths_changed", public_id, revision, edited)


def fork_of(definition: Definition, step_id: str) -> tuple[Step, ForkType]:
    step = definition.step(step_id)
    fork = step.kind.fork if step and step.kind else None
    if step is None or fork is None:
        raise NotFound("NOT_FOUND", "This step doesn’t exist in the workflow, or has no paths.")
    return step, fork


def _has_rules(path: Path) -> bool:
    return any(True for _ in rules(path.criteria))


def _refuse_faults(actor: Actor, public_id: str, definition: Definition, step: Step) -> None:
    """Refuse names and percentages that are wrong; what is wrong with all of them is about the first one."""
    by_field = {f"{path.field}.name": f"name-{path.ref}" for path in step.paths}
    by_percent = step.kind and step.kind.fork and step.kind.fork.chosen_by == "percent"
    first = step.paths[0].ref if step.paths else ""
    everything = f"percent-{first}" if by_percent else f"name-{first}"
    places = {"arms": everything, **by_field}
    found = faults_of_part(actor.account_id, definition, public_id, step.id)
    wrong = {places[field]: sentences[0] for field, sentences in found.items() if field in places}
    if wrong:
        raise Invalid.in_fields(wrong)
