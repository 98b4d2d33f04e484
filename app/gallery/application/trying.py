"""Trying a template: what it would do with one contact, and how long its paths are (E-24). Nothing is
created, and nothing is sent."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.accounts.application import require
from app.accounts.domain import Actor, Permission
from app.contacts import application as contacts
from app.engine.application import trial
from app.gallery.application.field_mapping import renamed_fields
from app.gallery.application.reading import find_template
from app.gallery.infrastructure import queries
from app.gallery.infrastructure.tables import WorkflowTemplate
from app.integrations.domain import in_order, service_name
from app.platform.text.words import joined
from app.workflows import application as workflows
from app.workflows.domain import Definition
from app.workflows.domain.checks.needs import part_needs
from app.workflows.domain.definition.custom_fields import custom_fields_in, with_fields


@dataclass(frozen=True)
class TriedTemplate:
    """A template to try, with its paths for a contact who starts at `paths.starts_at`."""

    template: WorkflowTemplate
    definition: Definition
    paths: trial.PathsThrough


def template_to_try(actor: Actor, public_id: str, starts_at: datetime) -> TriedTemplate:
    """Return a template with its paths. Raises NotFound."""
    require(actor, Permission.REPORTS)
    template = find_template(actor, public_id)
    definition = _with_own_fields(actor, queries.current_definition(template))
    return TriedTemplate(template, definition, trial.paths_through(actor, definition, starts_at))


def template_paths(actor: Actor, definition: Definition) -> trial.PathsThrough:
    """Return the paths of a template’s definition for a contact who starts now."""
    require(actor, Permission.REPORTS)
    return trial.paths_through(actor, _with_own_fields(actor, definition))


def try_template(
    actor: Actor,
    tried: TriedTemplate,
    who: str = "",
    *,
    is_sample: bool = False,
    chosen: Mapping[str, str] | None = None,
) -> trial.Trial:
    """Walk a contact through a template; see `trial.try_subject`."""
    require(actor, Permission.REPORTS)
    account_id, definition, at = actor.account_id, tried.definition, tried.paths.starts_at
    own = {field.key for field in contacts.own_field_list(account_id)}
    subject = trial.Subject(
        definition,
        skipped=_skipped(definition, workflows.available(account_id)),
        new_fields=set(custom_fields_in(definition)) - own,
    )
    return trial.try_subject(actor, subject, who, chosen, at, is_sample=is_sample)


def _with_own_fields(actor: Actor, definition: Definition) -> Definition:
    """Return a definition with the account's fields that a clone would use."""
    names = renamed_fields(actor, definition)
    return with_fields(definition, names) if names else definition


def _skipped(definition: Definition, available: Collection[str]) -> dict[str, str]:
    """Return {id of a step that needs something the account lacks: the reason why it’s skipped}."""
    found = {}
    for step in definition.live_steps:
        if lacking := [service_name(one) for one in in_order(part_needs(step, available))]:
            verb = "isn’t" if len(lacking) == 1 else "aren’t"
            found[step.id] = f"Skipped: {joined(lacking)} {verb} connected."
    return found
