"""What became of the workflows made from templates, month by month: of all, of a category, or of one template
(T-18). Months are those of UTC."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final, TypeVar

from app.accounts.application import require, with_sub_accounts
from app.accounts.domain import Actor, Permission
from app.engine import application as engine
from app.engine.application import Cohort
from app.gallery.application.catalog import catalog_of
from app.gallery.application.reading import find_template
from app.gallery.application.results import TemplateResults, VersionResults, results_of, version_results
from app.gallery.domain.card import Card
from app.gallery.domain.categories import CATEGORIES, Category, category_named
from app.gallery.infrastructure import uses
from app.platform.clock import now

MONTHS: Final = 12

Of = TypeVar("Of")


@dataclass(frozen=True)
class Numbers:
    """How many workflows were made in a time, and what has become of the people who were enrolled in it, also
    in workflows that were made before."""

    workflows: int = 0
    people: Cohort = field(default_factory=Cohort)


@dataclass(frozen=True)
class TemplateHistory:
    """The last MONTHS months, with the first day of each: of the templates of `category`, of `template`, or
    of all. `categories` and `templates` are parts of them with their totals, those with numbers only, the
    most people first. `accounts` are the actor's and its sub-accounts. Of `template`, there are also the
    results to date, of all its workflows and by version."""

    category: Category | None
    template: Card | None
    accounts: int
    months: Sequence[tuple[date, Numbers]]
    categories: Sequence[tuple[Category, Numbers]]
    templates: Sequence[tuple[Card, Numbers]]
    to_date: TemplateResults | None = None
    versions: Sequence[VersionResults] = ()

    @property
    def told_months(self) -> Sequence[tuple[date, Numbers]]:
        """The months from the first one with numbers on; before, there is nothing to tell."""
        first = next((at for at, (_, numbers) in enumerate(self.months) if numbers != _NOTHING), 0)
        return self.months[first:]

    @property
    def total(self) -> Numbers:
        return _sum(numbers for _, numbers in self.months)


_NOTHING: Final = Numbers()
_OfTemplates = Mapping[int, Mapping[date, Numbers]]


def template_history(actor: Actor, category: str = "", public_id: str = "") -> TemplateHistory:
    """Return the history of a category, of a template that the actor’s account sees, or of all. Raises
    NotFound."""
    require(actor, Permission.REPORTS)
    chosen = find_template(actor, public_id).id if public_id else None
    cards = [
        card
        for card in catalog_of(actor.account_id).cards
        if chosen in (None, card.id) and (chosen or category in ("", card.category))
    ]
    months, account_ids = _months(now().date()), with_sub_accounts(actor)
    found = _numbers(actor, account_ids, [card.id for card in cards], months[0])
    totals = [(card, _sum(found[card.id].values())) for card in cards]
    return TemplateHistory(
        category=category_named(category) if chosen is None else None,
        template=cards[0] if chosen is not None else None,
        accounts=len(account_ids),
        months=[(month, _sum(of.get(month, _NOTHING) for of in found.values())) for month in months],
        categories=_ordered(
            (one, _sum(numbers for card, numbers in totals if card.category == one.key)) for one in CATEGORIES
        ),
        templates=_ordered(totals),
        to_date=None if chosen is None else results_of(actor, chosen, account_ids),
        versions=() if chosen is None else version_results(actor, chosen, account_ids),
    )


def _numbers(
    actor: Actor, account_ids: Sequence[int], template_ids: Sequence[int], since: date
) -> _OfTemplates:
    made = uses.workflows_made_from(account_ids, template_ids)
    found: dict[int, dict[date, Numbers]] = {template_id: {} for template_id in template_ids}
    for template_id, cohorts in engine.cohorts_of(actor, made, since).items():
        found[template_id] = {month: Numbers(people=people) for month, people in cohorts.items()}
    began = datetime(since.year, since.month, 1, tzinfo=UTC)
    for (template_id, month), workflows in uses.uses_by_month(account_ids, template_ids, began).items():
        known = found[template_id].get(month, _NOTHING)
        found[template_id][month] = Numbers(workflows, known.people)
    return found


def _months(today: date) -> list[date]:
    """Return the first days of the last months, the present one included."""
    last = today.year * 12 + today.month - 1
    return [date(at // 12, at % 12 + 1, 1) for at in range(last - MONTHS + 1, last + 1)]


def _sum(numbers: Iterable[Numbers]) -> Numbers:
    parts = [(one.workflows, one.people.enrolled, one.people.completed) for one in numbers]
    workflows, enrolled, completed = (sum(part) for part in zip(*parts, strict=True)) if parts else (0, 0, 0)
    return Numbers(workflows, Cohort(enrolled, completed))


def _ordered(rows: Iterable[tuple[Of, Numbers]]) -> list[tuple[Of, Numbers]]:
    known = [row for row in rows if row[1] != _NOTHING]
    return sorted(known, key=lambda row: (-row[1].people.enrolled, -row[1].workflows))
