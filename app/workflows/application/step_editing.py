"""Viewing, previewing and editing one step of a workflow, its trigger or a goal."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.contacts import application as contacts
from app.forms import application as forms
from app.integrations.application import connected
from app.integrations.domain import in_order, service_name
from app.messaging import application as messaging
from app.platform.database import transaction
from app.platform.errors import Conflict, Invalid, NotFound
from app.platform.text.storable import storable
from app.workflows.application.editing.choices import offered
from app.workflows.application.judging import faults_of_part
from app.workflows.application.lookup import change, editable, find_workflow, refuse_stale
from app.workflows.domain import Definition, Setting, Step, can_be_edited, parse
from app.workflows.domain.checks.needs import type_needs
from app.workflows.domain.definition.document import with_values
from app.workflows.domain.definition.parts import TRIGGER_ID, Part
from app.workflows.domain.definition.references import FORM
from app.workflows.domain.drawing.describe import Words, names_in, step_words
from app.workflows.domain.drawing.sample_message import SampleMessage, sample_message
from app.workflows.domain.types.config import Config
from app.workflows.infrastructure import queries
from app.workflows.infrastructure.tables import Workflow

ONE_LINE: Final = ("text", "tag", "url", "key")


@dataclass(frozen=True)
class StepCard:
    """A step that can be opened, or the trigger or a goal.

    `fields` are the settings that may be changed, `values` their saved values as {name: text, or a dictionary
    for pairs and durations}. `controls` are the settings on which it depends which others apply, `tags` and
    `forms` are names to choose from, if it has one, `needs` the integrations that are missing.
    """

    workflow: Workflow
    step: Part
    words: Words
    fields: tuple[Setting, ...]
    values: dict[str, Any]
    message: SampleMessage | None
    custom_fields: tuple[str, ...]
    may_edit: bool
    controls: frozenset[str] = frozenset()
    tags: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


def step_card(actor: Actor, public_id: str, step_id: str, typed: Mapping[str, str] | None = None) -> StepCard:
    """Return a step with editable settings; `typed` are values being typed, on which it may depend which
    settings apply. Raises NotFound, also for steps that have none."""
    accounts.require(actor, Permission.REPORTS)
    workflow = find_workflow(actor, public_id)
    definition = workflow.parsed
    step, config = _editable_step(definition, step_id, typed or {})
    fields = offered(actor, workflow, step, config, _fields(step, config))
    lacking = type_needs(step) - connected(actor.account_id)
    has_tag = any(field.kind == "tag" for field in fields)
    has_form = any(field.name == FORM for field in fields)
    return StepCard(
        workflow=workflow,
        step=step,
        words=step_words(step, names_in(definition)),
        fields=fields,
        values={field.name: _shown(field, step.config) for field in fields},
        message=_sample(actor, definition, step),
        custom_fields=tuple(sorted(queries.custom_field_keys(actor.account_id))),
        may_edit=actor.may(Permission.WORKFLOWS) and can_be_edited(workflow.status),
        controls=_controls(step),
        tags=tuple(tag.name for tag in contacts.tags_to_choose(actor)) if has_tag else (),
        forms=tuple(forms.form_names(actor.account_id)) if has_form else (),
        needs=tuple(service_name(name) for name in in_order(lacking)),
    )


def refuse_other_type(card: StepCard, type_: str) -> None:
    """Raise Conflict if a form that was made for a type can’t be saved, because others have chosen another
    one since, or archived the workflow. An empty type stands for any."""
    if not can_be_edited(card.workflow.status):
        raise Conflict("CONFLICT", "An archived workflow can’t be changed.")
    if type_ not in ("", card.step.type):
        raise Conflict("CONFLICT", f"Someone chose another type since you opened it: {card.step.title}.")


def sample_of(actor: Actor, public_id: str, step_id: str, typed: Mapping[str, str]) -> SampleMessage:
    """Return the message with the values being typed; nothing is saved. Raises NotFound."""
    accounts.require(actor, Permission.REPORTS)
    definition = find_workflow(actor, public_id).parsed
    step, config = _editable_step(definition, step_id, typed)
    config = Config({one.name: typed[one.name] for one in _fields(step, config) if one.name in typed})
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
        step, chosen = _editable_step(workflow.parsed, step_id, changes)
        fields = _fields(step, chosen)
        config = _without_others(step, chosen)
        for field in fields:
            if field.name in changes:
                _put(config, field, _tidy(changes[field.name]))
        values: dict[Any, Any] = {(*step.pointer, "config"): config}
        if enabled is not None:
            values[(*step.pointer, "enabled")] = enabled
        document = with_values(workflow.definition, values)
        _refuse_faults(actor, workflow, parse(document), step_id, {field.name for field in fields})
        if document == workflow.definition:
            return workflow
        change(workflow, revision, definition=document)
        activity.record(
            actor,
            "trigger_changed" if step_id == TRIGGER_ID else "workflow_edited",
            "workflow",
            public_id,
            step=step_id,
            name=workflow.name,
        )
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
            refuse_stale(workflow, revision)
            raise _no_such_step()
        if part.enabled == enabled:
            return workflow
        document = with_values(workflow.definition, {(*part.pointer, "enabled"): enabled})
        change(workflow, revision, definition=document)
        activity.record(actor, "workflow_edited", "workflow", public_id, step=part_id, name=workflow.name)
    return find_workflow(actor, public_id)


def _editable_step(definition: Definition, step_id: str, typed: Mapping[str, Any]) -> tuple[Part, Config]:
    """Return the step, and its settings with those being typed on which others depend. Raises NotFound if it
    has no editable settings."""
    step = definition.part(step_id)
    if step is None or step.kind is None or not step.kind.editable:
        raise _no_such_step()
    chosen = {name: typed[name] for name in _controls(step) if isinstance(typed.get(name), str)}
    return step, Config({**step.config, **chosen})


def _controls(step: Part) -> frozenset[str]:
    """Return the names of the settings on which it depends whether others apply, or what they offer."""
    return frozenset(one.when[0] for one in step.kind.settings if one.when) if step.kind else frozenset()


def _fields(step: Part, config: Config) -> tuple[Setting, ...]:
    """Return the editable settings that apply."""
    kind = step.kind
    return tuple(one for one in kind.applying(config) if one.name in kind.editable) if kind else ()


def _without_others(step: Part, config: Config) -> dict[str, Any]:
    """Return the saved settings without those that do not apply any more."""
    kept = {one.name for one in step.kind.applying(config)} if step.kind else set[str]()
    known = step.kind.keys if step.kind else frozenset[str]()
    return {name: value for name, value in step.config.items() if name in kept or name not in known}


def _no_such_step() -> NotFound:
    return NotFound("NOT_FOUND", "This step doesn’t exist in the workflow.")


def _sample(actor: Actor, definition: Definition, step: Part) -> SampleMessage | None:
    if not isinstance(step, Step):
        return None
    details = accounts.business_details(actor.account_id).texts
    sender = messaging.sender_name(actor.account_id, step.config.text("sender"))
    known = {"account": {"name": actor.account_name, **details}, "sender": {"name": sender}}
    return sample_message(definition, step, known)


def _put(config: dict[str, Any], setting: Setting, value: Any) -> None:
    if setting.kind in ONE_LINE and isinstance(value, str):
        value = " ".join(value.split())
    is_usual = setting.kind == "choice" and setting.name not in config and value == setting.default
    if is_usual or (value in ("", {}) and not setting.required):
        config.pop(setting.name, None)
    else:
        config[setting.name] = value


def _refuse_faults(
    actor: Actor, workflow: Workflow, definition: Definition, step_id: str, names: set[str]
) -> None:
    found = faults_of_part(actor.account_id, definition, workflow.public_id, step_id)
    if wrong := {field: " ".join(sentences) for field, sentences in found.items() if field in names}:
        raise Invalid.in_fields(wrong)


def _tidy(value: Any) -> Any:
    """Normalize line endings, and replace what the databases can’t store."""
    if isinstance(value, dict):
        return {_tidy(name): _tidy(text) for name, text in value.items()}
    if not isinstance(value, str):
        return value
    return storable(value.replace("\r\n", "\n").replace("\r", "\n")).strip("\n")


def _shown(setting: Setting, config: Config) -> Any:
    """Return the saved value as the form shows it; of a choice also the default, because the form always
    chooses something."""
    value = setting.value(config) if setting.kind == "choice" else config.get(setting.name)
    if setting.kind in ("pairs", "duration"):
        return value if isinstance(value, dict) else {}
    return "" if value is None else str(value)
