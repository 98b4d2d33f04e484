"""Viewing, previewing and editing one step of a workflow, and choosing the form that starts it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.contacts.application import topics
from app.forms import application as forms
from app.integrations.application import connected
from app.integrations.domain import in_order, service_name
from app.messaging import application as messaging
from app.platform.database import transaction
from app.platform.errors import Invalid, NotFound
from app.workflows.application.judging import faults
from app.workflows.application.lookup import change, editable, find_workflow
from app.workflows.domain import Definition, Setting, Step, can_be_edited, parse
from app.workflows.domain.checks.needs import type_needs
from app.workflows.domain.definition.document import with_values
from app.workflows.domain.definition.parts import TRIGGER_ID
from app.workflows.domain.drawing.describe import Words, names_in, step_words
from app.workflows.domain.drawing.sample_message import SampleMessage, sample_message
from app.workflows.domain.types.config import Config
from app.workflows.infrastructure import queries
from app.workflows.infrastructure.tables import Workflow

FORM: Final = "form"


@dataclass(frozen=True)
class StepCard:
    """A step that can be opened.

    `fields` are the settings that may be changed, `values` their saved values as {name: text, or {name: text}
    for one of pairs}, `needs` the names of the integrations it requires that are not connected.
    """

    workflow: Workflow
    step: Step
    words: Words
    fields: tuple[Setting, ...]
    values: dict[str, Any]
    message: SampleMessage | None
    custom_fields: tuple[str, ...]
    may_edit: bool
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class FormTrigger:
    """A workflow that a form starts: the form's `name`, and the `names` of the account's forms."""

    workflow: Workflow
    name: str
    names: tuple[str, ...]


def step_card(actor: Actor, public_id: str, step_id: str) -> StepCard:
    """Return a step with editable settings. Raises NotFound, also for steps that have none."""
    accounts.require(actor, Permission.REPORTS)
    workflow = find_workflow(actor, public_id)
    definition = workflow.parsed
    step, fields = _editable_step(definition, step_id)
    fields = _offered(actor.account_id, step, fields)
    lacking = type_needs(step) - connected(actor.account_id)
    return StepCard(
        workflow=workflow,
        step=step,
        words=step_words(step, names_in(definition)),
        fields=fields,
        values={field.name: _shown(field, step.config.get(field.name)) for field in fields},
        message=_sample(actor, definition, step),
        custom_fields=tuple(sorted(queries.custom_field_keys(actor.account_id))),
        may_edit=actor.may(Permission.WORKFLOWS) and can_be_edited(workflow.status),
        needs=tuple(service_name(name) for name in in_order(lacking)),
    )


def sample_of(actor: Actor, public_id: str, step_id: str, typed: Mapping[str, str]) -> SampleMessage:
    """Return the message with the values being typed; nothing is saved. Raises NotFound."""
    accounts.require(actor, Permission.REPORTS)
    definition = find_workflow(actor, public_id).parsed
    step, fields = _editable_step(definition, step_id)
    config = Config({field.name: typed[field.name] for field in fields if field.name in typed})
    message = _sample(actor, definition, replace(step, config=config))
    if message is None:
        raise _no_such_step()
    return message


def edit_step(
    actor: Actor,
    public_id: str,
    step_id: str,
    changes: dict[str, Any],
    revision: int,
    enabled: bool | None = None,
) -> Workflow:
    """Change editable settings of a step: {setting: new value}; switch it on or off (None: unchanged).

    Raises NotFound, Invalid with `fields` if the step would be invalid, Conflict if the workflow was changed
    since `revision`. Unchanged values are not recorded as a change.
    """
    accounts.require(actor, Permission.WORKFLOWS)
    with transaction():
        workflow = editable(actor, public_id)
        step, fields = _editable_step(workflow.parsed, step_id)
        config = dict(step.config)
        for field in fields:
            if field.name in changes:
                _put(config, field, _tidy(changes[field.name]))
        values: dict[Any, Any] = {(*step.pointer, "config"): config}
        if enabled is not None:
            values[(*step.pointer, "enabled")] = enabled
        document = with_values(workflow.definition, values)
        _refuse_faults(actor, public_id, parse(document), step_id, {field.name for field in fields})
        if document == workflow.definition:
            return workflow
        change(workflow, revision, definition=document)
        activity.record(actor, "workflow_edited", "workflow", public_id, step=step_id, name=workflow.name)
    return find_workflow(actor, public_id)


def switch_part(actor: Actor, public_id: str, part_id: str, enabled: bool, revision: int) -> Workflow:
    """Switch a step, a goal or the trigger (id "trigger") on or off. No change if it is so already.

    Raises NotFound, and Conflict if the workflow was changed since `revision`.
    """
    accounts.require(actor, Permission.WORKFLOWS)
    with transaction():
        workflow = editable(actor, public_id)
        part = workflow.parsed.part(part_id)
        if part is None:
            raise _no_such_step()
        if part.enabled == enabled:
            return workflow
        document = with_values(workflow.definition, {(*part.pointer, "enabled"): enabled})
        change(workflow, revision, definition=document)
        activity.record(actor, "workflow_edited", "workflow", public_id, step=part_id, name=workflow.name)
    return find_workflow(actor, public_id)


def form_trigger(actor: Actor, public_id: str) -> FormTrigger:
    """Return which form starts a workflow. Raises NotFound, also if none does."""
    accounts.require(actor, Permission.WORKFLOWS)
    workflow = find_workflow(actor, public_id)
    _need_form(workflow.parsed)
    name = workflow.parsed.trigger.config.text(FORM)
    return FormTrigger(workflow, name, tuple(forms.form_names(actor.account_id)))


def choose_form(actor: Actor, public_id: str, name: str, revision: int) -> Workflow:
    """Let a form start a workflow instead of another one; `name` may also be that of a form elsewhere, which
    other software reports. Raises NotFound, Invalid with `fields`, and Conflict if the workflow was changed
    since `revision`."""
    accounts.require(actor, Permission.WORKFLOWS)
    with transaction():
        workflow = editable(actor, public_id)
        _need_form(workflow.parsed)
        trigger = workflow.parsed.trigger
        config = {**trigger.config, FORM: " ".join(name.split())}
        document = with_values(workflow.definition, {(*trigger.pointer, "config"): config})
        _refuse_faults(actor, public_id, parse(document), TRIGGER_ID, {FORM})
        if document == workflow.definition:
            return workflow
        change(workflow, revision, definition=document)
        activity.record(actor, "trigger_changed", "workflow", public_id, name=workflow.name)
    return find_workflow(actor, public_id)


def has_form_trigger(definition: Definition) -> bool:
    """Return whether the submission of a form starts a workflow."""
    trigger = definition.trigger
    return trigger.exists and any(setting.name == FORM for setting, _ in trigger.settings)


def _need_form(definition: Definition) -> None:
    if not has_form_trigger(definition):
        raise NotFound("NOT_FOUND", "No form starts this workflow.")


def _editable_step(definition: Definition, step_id: str) -> tuple[Step, tuple[Setting, ...]]:
    """Return the step and its editable settings. Raises NotFound if there are none."""
    step = definition.step(step_id)
    names = step.kind.editable if step and step.kind else ()
    if step is None or step.kind is None or not names:
        raise _no_such_step()
    return step, tuple(setting for setting in step.kind.settings if setting.name in names)


def _offered(account_id: int, step: Step, fields: tuple[Setting, ...]) -> tuple[Setting, ...]:
    """Return the settings as a form offers them: a sender is chosen, if there are several, or if one was, and
    a topic, if there is one, or if one was."""
    offers = {"sender": _senders, "topic": _topics}
    found: list[Setting] = []
    for field in fields:
        if field.kind not in offers:
            found.append(field)
        elif choices := offers[field.kind](account_id, step.config.text(field.name)):
            found.append(replace(field, choices=tuple(choices.items())))
    return tuple(found)


def _senders(account_id: int, chosen: str) -> dict[str, str]:
    senders = messaging.sender_addresses(account_id)
    if len(senders) < 2 and not chosen:
        return {}
    lost = {chosen: senders.get(chosen.lower(), f"{chosen} (removed)")} if chosen else {}
    return {"": "Default sender", **lost, **senders}


def _topics(account_id: int, chosen: str) -> dict[str, str]:
    offered = topics.topic_names(account_id, with_archived=False)
    if not offered and not chosen:
        return {}
    names = topics.topic_names(account_id)
    is_offered = not chosen or chosen in offered
    archived = f"{names[chosen]} (archived)" if chosen in names else f"{chosen} (missing)"
    return {"": "No topic", **offered, **({} if is_offered else {chosen: archived})}


def _no_such_step() -> NotFound:
    return NotFound("NOT_FOUND", "This step doesn’t exist in the workflow.")


def _sample(actor: Actor, definition: Definition, step: Step) -> SampleMessage | None:
    details = accounts.business_details(actor.account_id).texts
    known = {"account": {"name": actor.account_name, **details}, "sender": {"name": actor.name}}
    return sample_message(definition, step, known)


def _put(config: dict[str, Any], setting: Setting, value: Any) -> None:
    if value in ("", {}) and not setting.required:
        config.pop(setting.name, None)
    else:
        config[setting.name] = value


def _refuse_faults(
    actor: Actor, public_id: str, definition: Definition, step_id: str, names: set[str]
) -> None:
    wrong = dict[str, str]()
    for item in faults(actor.account_id, definition, public_id):
        if item.step_id == step_id and item.field in names:
            wrong[item.field] = f"{wrong[item.field]} {item.message}" if item.field in wrong else item.message
    if wrong:
        raise Invalid.in_fields(wrong)


def _tidy(value: Any) -> Any:
    """Normalize line endings; remove NUL and replace lone surrogates, which the databases cannot store."""
    if isinstance(value, dict):
        return {_tidy(name): _tidy(text) for name, text in value.items()}
    if not isinstance(value, str):
        return value
    lines = value.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return lines.encode("utf-8", "replace").decode().strip("\n")


def _shown(setting: Setting, value: Any) -> Any:
    if setting.kind == "pairs":
        return value if isinstance(value, dict) else {}
    return "" if value is None else str(value)
