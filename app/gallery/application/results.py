"""What became of the workflows that an account, and its sub-accounts, have made from templates (T-18)."""

from collections.abc import Collection
from dataclasses import dataclass

from app.accounts.application import require, with_sub_accounts
from app.accounts.domain import Actor, Permission
from app.engine import application as engine
from app.engine.application import MessageTotals, Totals
from app.gallery.infrastructure import queries


@dataclass(frozen=True)
class TemplateResults:
    """The workflows that were made from a template, archived ones included: of `accounts` accounts, which are
    the actor's and its sub-accounts."""

    workflows: int
    accounts: int
    totals: Totals
    messages: MessageTotals


def results_of(actor: Actor, template_id: int) -> TemplateResults:
    """Return the results of a template that was looked up for the actor."""
    require(actor, Permission.REPORTS)
    account_ids = with_sub_accounts(actor)
    ids = queries.workflows_made_from(account_ids, [template_id]).get(template_id, [])
    totals = engine.totals_of(actor, {template_id: ids})[template_id]
    return TemplateResults(len(ids), len(account_ids), totals, engine.messages_of(actor, ids))


def completion_rates(actor: Actor, template_ids: Collection[int]) -> dict[int, float | None]:
    """Return {template id: share of enrollments that reached a goal or the end}; None while there are too few
    to tell. Empty for a program that may change templates, but not see results."""
    if not actor.may(Permission.REPORTS):
        return {}
    made = queries.workflows_made_from(with_sub_accounts(actor), template_ids)
    return {key: totals.completion_rate for key, totals in engine.totals_of(actor, made).items()}
