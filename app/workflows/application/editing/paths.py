"""Editing the paths of a branch or split: their number, order, names, percentages and conditions.

Every function raises NotFound, also if the step has no paths, Conflict if the workflow was changed since
`revision`, and Invalid if the change is not possible.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.contacts import application as contacts
from app.contacts.domain.criteria import (
    FIELDS,
    Field,
    FilterForm,
    Outline,
    criteria_outline,
    criteria_words,
    rules,
)
from app.platform.database import transaction
from app.platform.errors import Invalid, NotFound
from app.workflows.application.editing.structure import Edited, edit_definition
from app.workflows.application.judging import faults
from app.workflows.application.lookup import editable
from app.workflows.domain import Definition, Step, brought_by, message_names, parse
from app.workflows.domain.definition.parts import Path
from app.workflows.domain.editing import (
    Edit,
    EditRefused,
    add_path,
    describe_paths,
    move_path,
    path_of,
    remove_path,
    set_criteria,
)
from app.workflows.domain.types.declarations import ForkType
from app.workflows.infrastructure.tables import Workflow

_ANY_EVENT: Final = "event."


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


@dataclass(frozen=True)
class PathConditions:
    """The conditions of a path as a form; None if it would lose a part of them, which `outline` shows."""

    workflow: Workflow
    step: Step
    path: Path
    form: FilterForm | None
    outline: Outline


@dataclass(frozen=True)
class ConditionChoices:
    """What conditions can be made of: {name: label} of fields, {field: (value, label)} to choose from, and
    names of tags."""

    fields: Mapping[str, str]
    values: Mapping[str, Sequence[tuple[str, str]]]
    tags: Sequence[str]


def fork_card(actor: Actor, public_id: str, step_id: str) -> ForkCard:
    accounts.require(actor, Permission.WORKFLOWS)
    workflow = editable(actor, public_id)
    step, fork = _fork_of(workflow.parsed, step_id)
    names = message_names(workflow.parsed)
    words = {str(path.key): criteria_words(path.criteria, names) for path in step.paths if _has_rules(path)}
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
        step, _ = _fork_of(definition, step_id)
        described = parse(describe_paths(definition, step, names, shares))
        step, _ = _fork_of(described, step_id)
        verb, _, key = act.partition(".")
        if not verb:
            _refuse_faults(actor, public_id, described, step)
            return Edit(described.document, step_id)
        if verb == "add":
            return Edit(add_path(described, step, str(revision)), step_id)
        if verb == "remove":
            return Edit(remove_path(described, step, key), step_id)
        return Edit(move_path(described, step, key, up=verb == "up"), step_id)

    return _recorded(actor, public_id, revision, edited)


def path_conditions(actor: Actor, public_id: str, step_id: str, key: str) -> PathConditions:
    accounts.require(actor, Permission.WORKFLOWS)
    workflow = editable(actor, public_id)
    step, fork = _fork_of(workflow.parsed, step_id)
    try:
        path = path_of(step, key)
    except EditRefused as refusal:
        raise NotFound("NOT_FOUND", str(refusal)) from None
    if path.is_default or fork.chosen_by != "criteria":
        raise NotFound("NOT_FOUND", "This path has no conditions.")
    form = contacts.editable_filter(actor, path.criteria).form if _has_rules(path) else FilterForm()
    outline = criteria_outline(path.criteria, message_names(workflow.parsed))
    return PathConditions(workflow, step, path, form, outline)


def set_conditions(
    actor: Actor, public_id: str, step_id: str, key: str, criteria: Mapping[str, Any], revision: int
) -> Edited:
    """Set the conditions of a path. Raises Invalid with `problems`, a list of sentences."""

    def changed(definition: Definition) -> Edit:
        step, _ = _fork_of(definition, step_id)
        document = set_criteria(definition, step, key, criteria)
        path = path_of(step, key)
        found = faults(actor.account_id, parse(document), public_id)
        wrong = [
            one.message.removeprefix(f"Path {path.number}: ")
            for one in found
            if one.step_id == step_id and one.field == f"{path.field}.criteria"
        ]
        if wrong:
            raise Invalid("VALIDATION_ERROR", wrong[0], problems=wrong)
        return Edit(document, step_id)

    return _recorded(actor, public_id, revision, changed)


def condition_choices(actor: Actor, found: PathConditions, form: FilterForm | None) -> ConditionChoices:
    """Return what the conditions in a form can be made of: fields of contacts, reactions to messages that are
    sent before, and what the trigger brings."""
    definition = found.workflow.parsed
    messages = [
        (step.id, f"{step.number}. {message_names(definition)[step.id]}", step)
        for step in definition.messages
        if step.id and step.comes_before(found.step)
    ]
    brought = tuple(brought_by(definition))
    events = {
        name: field.label
        for name, field in FIELDS.items()
        if (field.kind == "message" and messages) or (name.startswith(_ANY_EVENT) and name in brought)
    }
    known = [row.known for group in form.groups for row in group.rows] if form else []
    return ConditionChoices(
        fields={**contacts.filter_fields(actor), **events},
        values={field.name: _values(actor, field, messages) for field in known},
        tags=[tag.name for tag in contacts.tags_to_choose(actor)],
    )


def _recorded(actor: Actor, public_id: str, revision: int, edit: Callable[[Definition], Edit]) -> Edited:
    with transaction():
        edited = edit_definition(actor, public_id, revision, edit)
        if edited.is_changed:
            name = edited.workflow.name
            activity.record(actor, "workflow_paths_changed", "workflow", public_id, name=name)
    return edited


def _values(
    actor: Actor, field: Field, messages: Sequence[tuple[str, str, Step]]
) -> Sequence[tuple[str, str]]:
    if field.kind != "message":
        return list(contacts.filter_choices(actor, field))
    event = field.name.removeprefix(_ANY_EVENT)
    return [
        (step_id, label)
        for step_id, label, step in messages
        if step.kind and step.kind.message and event in step.kind.message.events
    ]


def _fork_of(definition: Definition, step_id: str) -> tuple[Step, ForkType]:
    step = definition.step(step_id)
    fork = step.kind.fork if step and step.kind else None
    if step is None or fork is None:
        raise NotFound("NOT_FOUND", "This step doesn’t exist in the workflow, or has no paths.")
    return step, fork


def _has_rules(path: Path) -> bool:
    return any(True for _ in rules(path.criteria))


def _refuse_faults(actor: Actor, public_id: str, definition: Definition, step: Step) -> None:
    """Refuse names and percentages that are wrong; what is wrong with all of them is about the first one."""
    by_field = {f"{path.field}.name": f"name-{path.key}" for path in step.paths}
    everything = (
        "percent-0" if step.kind and step.kind.fork and step.kind.fork.chosen_by == "percent" else "name-0"
    )
    wrong = dict[str, str]()
    for one in faults(actor.account_id, definition, public_id):
        if one.step_id == step.id and (one.field in by_field or one.field == "arms"):
            wrong.setdefault(by_field.get(one.field, everything), one.message)
    if wrong:
        raise Invalid.in_fields(wrong)
