"""Cloning of a template into a draft workflow: atomic, and once per idempotency key."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.activity import application as activity
from app.gallery.application.field_mapping import (
    NeededField,
    chosen_fields,
    create_missing_fields,
    needed_fields,
)
from app.gallery.application.reading import find_template
from app.gallery.infrastructure import queries, store
from app.gallery.infrastructure.merging import store as links
from app.gallery.infrastructure.tables import TemplateUse, WorkflowTemplate
from app.integrations.domain import service_name
from app.platform.database import transaction
from app.platform.errors import Invalid, MusterError
from app.platform.text.words import joined
from app.workflows import application as workflows
from app.workflows.application import TemplateOrigin
from app.workflows.domain import (
    Definition,
    Node,
    copy_definition,
    deprecated_steps,
    draw,
    problems,
    switch_off,
)
from app.workflows.domain.definition.custom_fields import with_fields
from app.workflows.domain.life_cycle import MAX_WORKFLOW_NAME
from app.workflows.infrastructure.tables import Workflow

MAX_KEY = 64
CONNECT = "/settings/integrations"


@dataclass(frozen=True)
class ClonePreview:
    """What cloning a `definition` would run into: `missing` integrations, the nodes `affected` by them, the
    contact `fields` that the template uses, and `refusal`, an error that prevents cloning altogether (None:
    nothing does)."""

    template: WorkflowTemplate
    definition: Definition
    missing: tuple[str, ...]
    affected: tuple[Node, ...]
    fields: tuple[NeededField, ...]
    refusal: MusterError | None


def clone_template(
    actor: Actor,
    public_id: str,
    *,
    name: str | None,
    idempotency_key: str,
    switch_off_missing: bool = False,
    same_name: bool = False,
    fields: Mapping[str, str] | None = None,
) -> Workflow:
    """Create a draft workflow from the template's latest version; for a known idempotency key return its
    workflow. `name` defaults to the template's. `fields` are {contact field of the template: field of the
    account to use instead}, see `chosen_fields`.

    Raises NotFound, NotAllowed, Invalid (a bad name or field; INVALID_TEMPLATE; MISSING_INTEGRATION with the
    facts `missing`, `steps`, and `next_url`), LimitReached, and SameName for a name already in use unless
    `same_name`. Nothing is created then.
    """
    accounts.require(actor, Permission.WORKFLOWS)
    name = None if name is None else _checked_name(name)
    if not (0 < len(idempotency_key) <= MAX_KEY and idempotency_key.isprintable()):
        raise Invalid("VALIDATION_ERROR", f"An idempotency key must be 1 to {MAX_KEY} printable characters.")
    with transaction():
        accounts.lock(actor.account_id)
        made = queries.workflow_made_with(actor.account_id, idempotency_key)
        if made is not None:
            return made
        template = find_template(actor, public_id)
        definition = queries.current_definition(template)
        _refuse_unsound(template, definition)
        chosen = chosen_fields(actor, definition, fields or {})
        definition, switched_off = _without_missing(
            actor, with_fields(definition, chosen), is_confirmed=switch_off_missing
        )
        workflow = _draft(actor, template, name or template.name, definition, same_name)
        if chosen:
            links.link_to_change(actor.account_id, workflow.id).fields = chosen
        _record(actor, template, workflow, idempotency_key, switched_off)
        return workflow


def clone_preview(actor: Actor, public_id: str) -> ClonePreview:
    """Return what cloning would run into, without changing anything. Raises NotFound."""
    accounts.require(actor, Permission.REPORTS)
    template = find_template(actor, public_id)
    definition = queries.current_definition(template)
    filled = accounts.filled_tags(actor.account_id)
    missing = workflows.missing_services(actor.account_id, definition)
    refusal: MusterError | None = None
    try:
        accounts.require(actor, Permission.WORKFLOWS)
        _refuse_unsound(template, definition)
    except MusterError as error:
        refusal = error
    affected = tuple(_lacking(draw(definition, missing=missing, filled=filled).nodes)) if missing else ()
    fields = tuple(needed_fields(actor, definition))
    return ClonePreview(template, definition, missing, affected, fields, refusal)


def _without_missing(
    actor: Actor, definition: Definition, *, is_confirmed: bool
) -> tuple[Definition, list[str]]:
    """Switch off what needs a missing integration. Return the definition, and the names of those parts.
    Raises Invalid unless the user has confirmed it."""
    missing = workflows.missing_services(actor.account_id, definition)
    definition, switched_off = switch_off(definition, missing, accounts.filled_tags(actor.account_id))
    if missing and not is_confirmed:
        raise _missing_integration(missing, switched_off)
    return definition, switched_off


def _draft(
    actor: Actor, template: WorkflowTemplate, name: str, definition: Definition, same_name: bool
) -> Workflow:
    """Create the workflow, and the contact fields that it uses and that do not exist."""
    create_missing_fields(actor, definition)
    return workflows.create_draft(
        actor,
        name=name,
        description=template.description,
        definition=copy_definition(definition, workflows.linked_names(actor.account_id, definition)),
        template=TemplateOrigin(template.id, template.version, template.name, template.category),
        same_name=same_name,
    )


def _record(
    actor: Actor,
    template: WorkflowTemplate,
    workflow: Workflow,
    idempotency_key: str,
    switched_off: list[str],
) -> None:
    """Count the use of the template, and record it."""
    store.add_use(
        TemplateUse(
            account_id=actor.account_id,
            template_id=template.id,
            version=template.version,
            workflow_id=workflow.id,
            user_id=actor.user_id,
            idempotency_key=idempotency_key,
        )
    )
    activity.record(
        actor,
        "template_cloned",
        "template",
        template.public_id,
        name=template.name,
        version=template.version,
        workflow=workflow.public_id,
        workflow_name=workflow.name,
        switched_off=switched_off,
    )
    store.count_use(template.id)  # last, to lock a popular template's row only briefly


def _lacking(nodes: Iterable[Node]) -> Iterator[Node]:
    """Yield the nodes with a missing integration, including those on branches."""
    for node in nodes:
        if node.missing:
            yield node
        for path in node.paths:
            yield from _lacking(path.nodes)


def _checked_name(name: str) -> str:
    tidy = " ".join(name.split())
    if not 0 < len(tidy) <= MAX_WORKFLOW_NAME:
        sentence = "Enter a name." if not tidy else f"Names can be up to {MAX_WORKFLOW_NAME} characters."
        raise Invalid.in_fields({"name": sentence})
    return tidy


def _refuse_unsound(template: WorkflowTemplate, definition: Definition) -> None:
    """Raise Invalid if the template cannot be cloned by anyone."""
    if outdated := [step.name for step in deprecated_steps(definition)]:
        raise Invalid(
            "INVALID_TEMPLATE",
            f"“{template.name}” uses a step that is no longer supported ({', '.join(outdated)}), so it "
            "can’t be used for new workflows. Choose another template.",
            steps=outdated,
        )
    if faults := problems(definition):
        raise Invalid(
            "INVALID_TEMPLATE",
            f"“{template.name}” has an error, so it can’t be used for new workflows. {faults[0]}",
            steps=[fault.step_name for fault in faults],
        )


def _missing_integration(missing: Collection[str], steps: list[str]) -> Invalid:
    names = [service_name(name) for name in missing]
    verb = "are" if len(names) > 1 or names[0].endswith("s") else "is"
    return Invalid(
        "MISSING_INTEGRATION",
        f"{joined(names)} {verb} not connected. Create the workflow without the steps that need it: "
        f"{', '.join(steps)}.",
        missing=list(missing),
        steps=steps,
        confirm="switch_off_missing",
        next_url=CONNECT,
        next_label="See integrations",
    )
