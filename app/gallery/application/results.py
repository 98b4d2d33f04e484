"""What became of the workflows that an account has made from templates (T-18)."""

from collections.abc import Collection
from dataclasses import dataclass

from app.accounts.application import require
from app.accounts.domain import Actor, Permission
from app.engine import application as engine
from app.engine.application import Totals
from app.gallery.infrastructure import queries


@dataclass(frozen=True)
class TemplateResults:
    """The workflows of the account that were made from a template, archived ones included."""

    workflows: int
    totals: Totals


def results_of(actor: Actor, template_id: int) -> TemplateResults:
    """Return the results of a template that was looked up for the actor."""
    require(actor, Permission.REPORTS)
    ids = queries.workflows_made_from(actor.account_id, [template_id]).get(template_id, [])
    return TemplateResults(len(ids), engine.totals_of(actor, {template_id: ids})[template_id])


def completion_rates(actor: Actor, template_ids: Collection[int]) -> dict[int, float | None]:
    """Return {template id: share of enrollments that reached a goal or the end}; None while there are too few
    to tell. Empty for a program that may change templates, but not see results."""
    if not actor.may(Permission.REPORTS):
        return {}
    made = queries.workflows_made_from(actor.account_id, template_ids)
    return {key: totals.completion_rate for key, totals in engine.totals_of(actor, made).items()}
