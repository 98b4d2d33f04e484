"""The conditions of a path and the filters of a trigger, as forms.

Every function raises NotFound. Those that change something raise Conflict if the workflow was changed since
`revision`, and Invalid with `problems`, a list of sentences.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.contacts import application as contacts
from app.contacts.domain.criteria import FIELDS, Field, FilterForm, Outline, criteria_outline, rules
from app.platform.errors import Invalid, NotFound
from app.workflows.application.editing.paths import fork_of
from app.workflows.application.editing.structure import Edited, edit_recorded
from app.workflows.application.judging import faults_of_part
from app.workflows.application.lookup import editable, find_workflow
from app.workflows.domain import Definition, Step, brought_by, message_names, parse
from app.workflows.domain.definition.parts import TRIGGER_ID, Path
from app.workflows.domain.editing import Edit, EditRefused, path_of, set_criteria, set_filters
from app.workflows.infrastructure.tables import Workflow

_EVENT: Final = "event."


@dataclass(frozen=True)
class Conditions:
    """Conditions as a form, of a path of a step, or of the trigger without one; `form` is None if it would
    lose a part of them, which `outline` shows. `is_lost`: what they were typed for can’t be changed."""

    workflow: Workflow
    form: FilterForm | None
    outline: Outline
    step: Step | None = None
    path: Path | None = None
    of_path: bool = False
    is_lost: bool = False


@dataclass(frozen=True)
class ConditionChoices:
    """What conditions can be made of: {name: label} of fields, {field: (value, label)} to choose from, and
    names of tags."""

    fields: Mapping[str, str]
    values: Mapping[str, Sequence[tuple[str, str]]]
    tags: Sequence[str]


def path_conditions(actor: Actor, public_id: str, step_id: str, key: str) -> Conditions:
    accounts.require(actor, Permission.WORKFLOWS)
    workflow = editable(actor, public_id)
    step, fork = fork_of(workflow.parsed, step_id)
    try:
        path = path_of(step, key)
    except EditRefused as refusal:
        raise NotFound("NOT_FOUND", str(refusal)) from None
    if path.is_default or fork.chosen_by != "criteria":
        raise NotFound("NOT_FOUND", "This path has no conditions.")
    form, outline = _shown(actor, workflow, path.criteria)
    return Conditions(workflow, form, outline, step, path, of_path=True)


def lost_conditions(actor: Actor, public_id: str, *, of_path: bool) -> Conditions:
    """Return what a form needs to show conditions that can’t be saved: the path is gone, or the workflow is
    archived."""
    accounts.require(actor, Permission.WORKFLOWS)
    workflow = find_workflow(actor, public_id)
    return Conditions(workflow, FilterForm(), Outline("all", ()), of_path=of_path, is_lost=True)


def trigger_filters(actor: Actor, public_id: str) -> Conditions:
    accounts.require(actor, Permission.WORKFLOWS)
    workflow = editable(actor, public_id)
    return Conditions(workflow, *_shown(actor, workflow, workflow.parsed.trigger.filters))


def set_conditions(
    actor: Actor, public_id: str, step_id: str, key: str, criteria: Mapping[str, Any], revision: int
) -> Edited:
    """Set the conditions of a path."""

    def changed(definition: Definition) -> Edit:
        step, _ = fork_of(definition, step_id)
        document = set_criteria(definition, step, key, criteria)
        path = path_of(step, key)
        _refuse_faults(actor, public_id, document, step_id, f"{path.field}.criteria", f"Path {path.number}: ")
        return Edit(document, step_id)

    return edit_recorded(actor, "workflow_paths_changed", public_id, revision, changed)


def set_trigger_filters(
    actor: Actor, public_id: str, criteria: Mapping[str, Any] | None, revision: int
) -> Edited:
    """Set the filters of the trigger; None removes them."""

    def changed(definition: Definition) -> Edit:
        document = set_filters(definition, criteria)
        _refuse_faults(actor, public_id, document, TRIGGER_ID, "filters", "Filters: ")
        return Edit(document, TRIGGER_ID)

    return edit_recorded(actor, "trigger_changed", public_id, revision, changed)


def condition_choices(actor: Actor, found: Conditions, form: FilterForm | None) -> ConditionChoices:
    """Return what the conditions in a form can be made of: fields of contacts, what the trigger brings, and
    for paths reactions to messages that are sent before."""
    definition, step = found.workflow.parsed, found.step
    sent = [
        one for one in definition.messages if one.id and (one.comes_before(step) if step else found.of_path)
    ]
    brought = brought_by(definition)
    events = {
        name: field.label
        for name, field in FIELDS.items()
        if (sent if field.kind == "message" else name.startswith(brought))
    }
    known = [row.known for group in form.groups for row in group.rows] if form else []
    return ConditionChoices(
        fields={**contacts.filter_fields(actor), **events},
        values={field.name: _values(actor, field, sent, definition) for field in known},
        tags=[tag.name for tag in contacts.tags_to_choose(actor)],
    )


def _values(
    actor: Actor, field: Field, sent: Sequence[Step], definition: Definition
) -> Sequence[tuple[str, str]]:
    if field.kind != "message":
        return list(contacts.filter_choices(actor, field))
    event, names = field.name.removeprefix(_EVENT), message_names(definition)
    return [
        (step.id, f"{step.number}. {names[step.id]}")
        for step in sent
        if step.kind and step.kind.message and event in step.kind.message.events
    ]


def _shown(actor: Actor, workflow: Workflow, criteria: Any) -> tuple[FilterForm | None, Outline]:
    is_empty = not any(True for _ in rules(criteria))
    form = FilterForm() if is_empty else contacts.editable_filter(actor, criteria).form
    return form, criteria_outline(criteria, message_names(workflow.parsed))


def _refuse_faults(
    actor: Actor, public_id: str, document: dict[str, Any], part_id: str, field: str, start: str
) -> None:
    found = faults_of_part(actor.account_id, parse(document), public_id, part_id).get(field, ())
    if wrong := [sentence.removeprefix(start) for sentence in found]:
        raise Invalid("VALIDATION_ERROR", wrong[0], problems=wrong)
