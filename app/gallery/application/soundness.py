"""Validation of a definition before it is saved as a template (T-11)."""

from dataclasses import dataclass
from typing import Any

from app.accounts.domain import Actor
from app.gallery.domain.sanitizing import places_of, secrets_in
from app.platform.errors import Invalid
from app.workflows import application as workflows
from app.workflows.domain import Definition, Problem, UnreadableFormat, deprecated_steps, incoming, parse


@dataclass(frozen=True)
class Sound:
    """A valid definition, complete with defaults, as a document and parsed."""

    document: dict[str, Any]
    definition: Definition


def checked_definition(actor: Actor, document: Any, *, new_fields: bool, any_workflow: bool = False) -> Sound:
    """Return a definition, which may be any JSON, with defaults filled in.

    With `new_fields`, contact fields that do not exist may be used if cloning can create them, and with
    `any_workflow`, it may refer to workflows of another account, which cloning makes blank. Raises Invalid
    (INVALID_TEMPLATE) with `problems`, a list of {step, name, field, message}, also for secrets, and
    `new_fields`, the labels of fields that could be created.
    """
    try:
        filled = incoming(document)
    except UnreadableFormat as problem:
        raise _invalid([Problem("", "Workflow", "definition", str(problem))]) from None
    definition = parse(filled)
    found = workflows.faults(
        actor.account_id,
        definition,
        may_be_off=False,
        may_add_fields=new_fields,
        any_workflow=any_workflow,
    ) or _deprecated(definition)
    if found:
        creatable = [] if new_fields else workflows.missing_fields(actor.account_id, definition)
        raise _invalid(found, creatable)
    refuse_secrets(definition)
    return Sound(filled, definition)


def refuse_secrets(definition: Definition) -> None:
    """Raise Invalid (INVALID_TEMPLATE), with `problems`, if a definition has a secret such as an API key:
    whoever sees a template can read it."""
    found = [
        Problem(place.part_id, place.part_name, place.field, f"{place.label}: {secret.sentence}")
        for secret in secrets_in(places_of(definition))
        for place in [secret.place]
    ]
    if found:
        raise _invalid(found)


def _deprecated(definition: Definition) -> list[Problem]:
    message = "This type of step is no longer supported."
    return [Problem.of(step, "type", message) for step in deprecated_steps(definition)]


def _invalid(found: list[Problem], creatable: list[str] | None = None) -> Invalid:
    facts = {"new_fields": creatable, "confirm": "new_fields"} if creatable else {}
    return Invalid(
        "INVALID_TEMPLATE",
        f"This definition can’t be saved as a template. {found[0]}",
        problems=[problem.facts for problem in found],
        **facts,
    )
