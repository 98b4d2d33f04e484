"""One step: what its form shows, what its message looks like while somebody types, and changing it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.integrations.application import connected
from app.platform.database import transaction
from app.platform.errors import Invalid, NotFound
from app.workflows.application.judging import faults
from app.workflows.application.lookup import change, editable, find_workflow
from app.workflows.domain import (
    INTEGRATIONS,
    STEPS,
    TRIGGER_ID,
    Place,
    Setting,
    can_be_edited,
    find_step,
)
from app.workflows.domain.checks.needs import type_needs
from app.workflows.domain.definition.document import plain_copy
from app.workflows.domain.definition.walk import goals_of, is_on, trigger_of
from app.workflows.domain.drawing.sample_message import SampleMessage, sample_message
from app.workflows.infrastructure import queries
from app.workflows.infrastructure.tables import Workflow

# What may be changed without the editor: the texts of messages and the length of waits.
EDITABLE = {
    "send_email": ("subject", "preheader", "body"),
    "send_sms": ("text",),
    "wait": ("amount", "unit"),
}


@dataclass(frozen=True)
class StepCard:
    """A step that can be opened: `values` of its settings as they are saved, {name: text}; `needs`: names of
    the integrations that it cannot run without and that are not connected."""

    workflow: Workflow
    place: Place
    values: dict[str, str]
    message: SampleMessage | None
    custom_fields: tuple[str, ...]
    may_edit: bool
    needs: tuple[str, ...] = ()


def step_card(actor: Actor, public_id: str, step_id: str) -> StepCard:
    """A message or a wait. Raises NotFound, also for steps that have nothing to open."""
    accounts.require(actor, Permission.REPORTS)
    workflow = find_workflow(actor, public_id)
    place = _place(workflow.definition, step_id)
    config = place.step.get("config") or {}
    lacking = type_needs(place.step) - connected(actor.account_id)
    return StepCard(
        workflow=workflow,
        place=place,
        values={name: _shown(config.get(name)) for name in EDITABLE[place.type]},
        message=_sample(actor, workflow.definition, place.step) if place.type != "wait" else None,
        custom_fields=tuple(sorted(queries.custom_field_keys(actor.account_id))),
        may_edit=actor.may(Permission.WORKFLOWS) and can_be_edited(workflow.status),
        needs=tuple(INTEGRATIONS[name] for name in INTEGRATIONS if name in lacking),
    )


def sample_of(actor: Actor, public_id: str, step_id: str, typed: Mapping[str, str]) -> SampleMessage:
    """The message as it would look with what was typed; nothing is saved. Raises NotFound."""
    accounts.require(actor, Permission.REPORTS)
    definition = find_workflow(actor, public_id).definition
    place = _place(definition, step_id)
    if place.type == "wait":
        raise _no_such_step()
    config = {name: value for name, value in typed.items() if name in EDITABLE[place.type]}
    return _sample(actor, definition, place.step | {"config": config})


def edit_step(
    actor: Actor,
    public_id: str,
    step_id: str,
    changes: dict[str, Any],
    revision: int,
    enabled: bool | None = None,
) -> Workflow:
    """Change the text of a message or the length of a wait: {field of its config: new value}, and switch the
    step on or off (`enabled`; None: as it is).

    Raises Invalid with `fields` when the step would have a fault, Conflict when somebody else changed the
    workflow since `revision`. What stays as it was is not recorded as a change.
    """
    accounts.require(actor, Permission.WORKFLOWS)
    with transaction():
        workflow = editable(actor, public_id)
        definition = plain_copy(workflow.definition)
        step = _place(definition, step_id).step
        part, config = STEPS[step["type"]], step.get("config") or {}
        fields = EDITABLE[step["type"]]
        for name in fields:
            if name in changes:
                _put(config, part.setting(name), name, _tidy(changes[name]))
        step["config"] = config
        if enabled is not None:
            step["enabled"] = enabled
        _refuse_faults(actor, definition, step_id, fields)
        if definition == workflow.definition:
            return workflow
        change(workflow, revision, definition=definition)
        activity.record(actor, "workflow_edited", "workflow", public_id, step=step_id, name=workflow.name)
    return find_workflow(actor, public_id)


def switch_part(actor: Actor, public_id: str, part_id: str, enabled: bool, revision: int) -> Workflow:
    """Switch a step, a goal or the trigger (“trigger”) on or off. Raises NotFound, and Conflict when somebody
    else changed the workflow since `revision`. What is so already is no change."""
    accounts.require(actor, Permission.WORKFLOWS)
    with transaction():
        workflow = editable(actor, public_id)
        definition = plain_copy(workflow.definition)
        part = _part(definition, part_id)
        if is_on(part) == enabled:
            return workflow
        part["enabled"] = enabled
        change(workflow, revision, definition=definition)
        activity.record(actor, "workflow_edited", "workflow", public_id, step=part_id, name=workflow.name)
    return find_workflow(actor, public_id)


def _part(definition: dict[str, Any], part_id: str) -> dict[str, Any]:
    if part_id == TRIGGER_ID and trigger_of(definition):
        return trigger_of(definition)
    if place := find_step(definition, part_id):
        return place.step
    for goal in goals_of(definition):
        if part_id and goal.get("id") == part_id:
            return goal
    raise _no_such_step()


def _place(definition: dict[str, Any], step_id: str) -> Place:
    place = find_step(definition, step_id)
    if place is None or place.type not in EDITABLE:
        raise _no_such_step()
    return place


def _no_such_step() -> NotFound:
    return NotFound("NOT_FOUND", "This step doesn’t exist in the workflow.")


def _sample(actor: Actor, definition: dict[str, Any], step: dict[str, Any]) -> SampleMessage:
    details = accounts.business_details(actor.account_id).texts
    known = {"account": {"name": actor.account_name, **details}, "sender": {"name": actor.name}}
    return sample_message(definition, step, known)


def _put(config: dict[str, Any], setting: Setting | None, name: str, value: Any) -> None:
    if value == "" and setting is not None and not setting.required:
        config.pop(name, None)
    else:
        config[name] = value


def _refuse_faults(actor: Actor, definition: dict[str, Any], step_id: str, fields: tuple[str, ...]) -> None:
    wrong: dict[str, str] = {}
    for item in faults(actor.account_id, definition):
        if item.step_id == step_id and item.field in fields:
            wrong[item.field] = f"{wrong[item.field]} {item.message}" if item.field in wrong else item.message
    if wrong:
        raise Invalid("VALIDATION_ERROR", next(iter(wrong.values())), fields=wrong)


def _tidy(value: Any) -> Any:
    """Browsers send lines that end in CR LF; NUL and halves of characters cannot be kept."""
    if not isinstance(value, str):
        return value
    lines = value.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return lines.encode("utf-8", "replace").decode().strip("\n")


def _shown(value: Any) -> str:
    return "" if value is None else str(value)
