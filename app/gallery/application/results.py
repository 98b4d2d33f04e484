"""What became of the workflows that an account, and its sub-accounts, have made from templates (T-18)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.accounts.application import require, with_sub_accounts
from app.accounts.domain import Actor, Permission
from app.engine import application as engine
from app.engine.application import MessageTotals, Totals
from app.gallery.infrastructure import uses

VERSIONS: Final = 20
_EARLIER: Final = 0


@dataclass(frozen=True)
class TemplateResults:
    """The workflows that were made from a template, archived ones included: of `accounts` accounts, which are
    the actor's and its sub-accounts."""

    workflows: int
    accounts: int
    totals: Totals
    messages: MessageTotals


def results_of(actor: Actor, template_id: int, account_ids: Sequence[int] | None = None) -> TemplateResults:
    """Return the results of a template that was looked up for the actor; `account_ids` are those that
    count, if they are known: the actor’s and its sub-accounts."""
    require(actor, Permission.REPORTS)
    account_ids = with_sub_accounts(actor) if account_ids is None else account_ids
    ids = uses.workflows_made_from(account_ids, [template_id]).get(template_id, [])
    totals = engine.totals_of(actor, {template_id: ids})[template_id]
    return TemplateResults(len(ids), len(account_ids), totals, engine.messages_of(actor, ids))


@dataclass(frozen=True)
class VersionResults:
    """The workflows that were made from a version of a template; `number` is None for all earlier versions
    together."""

    number: int | None
    workflows: int
    totals: Totals


def version_results(actor: Actor, template_id: int, account_ids: Sequence[int]) -> list[VersionResults]:
    """Return the results of the VERSIONS newest versions with workflows, the newest first, and of those
    before them. The template must have been looked up for the actor, to whom the accounts belong."""
    require(actor, Permission.REPORTS)
    groups = _newest(uses.workflows_by_version(account_ids, template_id))
    totals = engine.totals_of(actor, groups)
    return [VersionResults(key or None, len(ids), totals[key]) for key, ids in groups.items()]


def completion_rates(actor: Actor, template_ids: Collection[int]) -> dict[int, float | None]:
    """Return {template id: share of enrollments that reached a goal or the end}; None while there are too few
    to tell. Empty for a program that may change templates, but not see results."""
    if not actor.may(Permission.REPORTS):
        return {}
    made = uses.workflows_made_from(with_sub_accounts(actor), template_ids)
    return {key: totals.completion_rate for key, totals in engine.totals_of(actor, made).items()}


def _newest(made: Mapping[int | None, Sequence[int]]) -> dict[int, Sequence[int]]:
    """Return the workflows of the newest versions, and those of all others at _EARLIER."""
    shown = sorted(filter(None, made), reverse=True)[:VERSIONS]
    earlier = [one for number, ids in made.items() if number not in shown for one in ids]
    return {number: made[number] for number in shown} | ({_EARLIER: earlier} if earlier else {})
