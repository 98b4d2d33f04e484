"""Validation of a workflow against its account: custom fields, other workflows, connected integrations."""

from collections.abc import Collection, Iterator, Mapping

from app.accounts.application import filled_tags
from app.contacts.domain.names import field_key
from app.integrations.application import Use, connected
from app.platform.errors import Invalid
from app.workflows.domain import Definition, Problem, problems, references
from app.workflows.domain.checks.loops import entering_steps, loop_problems, start_of
from app.workflows.domain.checks.needs import missing, part_needs, requirements
from app.workflows.domain.definition.custom_fields import custom_fields_in
from app.workflows.infrastructure import active, queries


def faults(
    account_id: int,
    definition: Definition,
    public_id: str = "",
    *,
    may_be_off: bool = True,
    may_add_fields: bool = False,
    any_workflow: bool = False,
) -> list[Problem]:
    """Return all problems of a definition in this account: of the workflow `public_id`, or of a new one.

    Missing integrations are not problems, nor, with `may_be_off`, are parts that are switched off, because
    the user is asked about them. With `may_add_fields`, contact fields that can be created need not exist,
    and with `any_workflow`, neither need the workflows that it refers to.
    """
    fields = queries.custom_field_keys(account_id)
    linked = None if any_workflow else linked_names(account_id, definition)
    if may_add_fields:
        fields |= frozenset(_fields_to_create(definition, fields))
    found = problems(definition, custom_fields=fields, workflows=linked, may_be_off=may_be_off)
    return [*found, *_loops(account_id, definition, public_id)] if public_id else found


def faults_of_part(
    account_id: int, definition: Definition, public_id: str, part_id: str
) -> dict[str, list[str]]:
    """Return {field: sentences} of the problems of one part of a workflow's definition."""
    found: dict[str, list[str]] = {}
    for one in faults(account_id, definition, public_id):
        if one.step_id == part_id:
            found.setdefault(one.field, []).append(one.message)
    return found


def raise_if_faulty(account_id: int, definition: Definition, public_id: str, lead: str) -> None:
    """Raise Invalid with `problems`, a list of {step, name, field, message}, if the definition of a workflow
    has any.

    `lead` is the first sentence of the message.
    """
    if found := faults(account_id, definition, public_id):
        raise Invalid("VALIDATION_ERROR", f"{lead} {found[0]}", problems=[problem.facts for problem in found])


def missing_fields(account_id: int, definition: Definition) -> list[str]:
    """Return the labels of the contact fields that the definition uses and that do not exist."""
    return list(_fields_to_create(definition, queries.custom_field_keys(account_id)).values())


def linked_names(account_id: int, definition: Definition) -> Mapping[str, str]:
    """Return {public id: name} of the account's workflows, or {} if nothing refers to a workflow."""
    is_named = any(one.kind == "workflow" for one in references(definition))
    return queries.workflow_names(account_id) if is_named else {}


def missing_services(account_id: int, definition: Definition) -> tuple[str, ...]:
    """Return the integrations that the definition needs and that are not connected."""
    return missing(requirements(definition), available(account_id))


def service_uses(account_id: int) -> dict[str, list[Use]]:
    """Return {integration: active workflows that need it}, by name."""
    filled = filled_tags(account_id)
    found: dict[str, list[Use]] = {}
    for public_id, name, definition in active.active_definitions(account_id):
        needs = [part_needs(part, filled) for part in definition.live_parts]
        for kind in sorted(set().union(*needs)):
            found.setdefault(kind, []).append(Use(public_id, name, sum(kind in one for one in needs)))
    return found


def available(account_id: int) -> frozenset[str]:
    """Return the connected integrations, and the merge tags that the account has a value for."""
    return frozenset(connected(account_id) | filled_tags(account_id))


def _loops(account_id: int, definition: Definition, public_id: str) -> Iterator[Problem]:
    steps = [step for step in definition.live_steps if step.kind]
    if not any(step.kind.enters or step.kind.changes(step.config) for step in steps if step.kind):
        return iter(())
    every = {**queries.entered_definitions(account_id), public_id: definition}
    starts = {one: start for one, other in every.items() if (start := start_of(other))}
    entered_from = {
        one: {entry.target for entry in entering_steps(other, starts)} for one, other in every.items()
    }
    names = queries.workflow_names(account_id)
    return loop_problems(definition, public_id, starts, entered_from, names)


def _fields_to_create(definition: Definition, known: Collection[str]) -> dict[str, str]:
    """Return {key: label} of the contact fields besides `known` that the definition uses and that a label can
    create."""
    labels = {
        key: key.replace("_", " ").strip().capitalize()
        for key in custom_fields_in(definition)
        if key not in known
    }
    return {key: label for key, label in labels.items() if field_key(label) == key}
