"""Queries behind the gallery pages: a page of cards, one template in detail, and one of its messages."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from app.accounts.application import agency_name, require
from app.accounts.domain import Actor, Permission
from app.gallery.application.catalog import catalog_and_uses, catalog_of
from app.gallery.application.results import TemplateResults, completion_rates, results_of
from app.gallery.domain.browsing import BY_RATE, GalleryPage, GalleryQuery, browse, select
from app.gallery.domain.card import Card, card_of
from app.gallery.domain.categories import CATEGORIES, Category
from app.gallery.domain.message_preview import MessagePreview, first_message, message_preview
from app.gallery.infrastructure import queries, sharing, uses
from app.gallery.infrastructure.queries import ListedVersion
from app.gallery.infrastructure.tables import WorkflowTemplate, WorkflowTemplateVersion
from app.platform.errors import Conflict, NotFound
from app.platform.ids import is_public_id
from app.workflows import application as workflows
from app.workflows.domain import Definition, Drawing, draw

OFFERED = 6


@dataclass(frozen=True)
class Gallery:
    """A page of cards with what is needed to show them: available integrations and merge tags (see `Card`),
    times used and completion rates by template id, and the tags and step types to filter by.

    `is_empty`: the account sees no templates at all. `offered`: alternatives if nothing matches, either the
    closest matches (`is_near`) or the recommended templates.
    """

    page: GalleryPage
    available: frozenset[str]
    used: Mapping[int, int]
    tags: tuple[str, ...]
    step_types: frozenset[str]
    is_empty: bool
    rates: Mapping[int, float | None]
    offered: tuple[Card, ...] = ()
    is_near: bool = False


@dataclass(frozen=True)
class ListedTemplate:
    """A template in a list. `available` as in `Card`; `completion_rate` of the workflows that the account and
    its sub-accounts have made from it, None while there are too few enrollments."""

    card: Card
    available: frozenset[str]
    times_used: int
    completion_rate: float | None = None


@dataclass(frozen=True, kw_only=True)
class TemplateDetails(ListedTemplate):
    """A template with the definition of its current version, and results of the workflows made from it; None
    for a program that may not see them."""

    definition: Definition
    results: TemplateResults | None

    def drawing(self) -> Drawing:
        """Return the drawing, which marks what the account lacks."""
        return draw(self.definition, missing=self.card.missing(self.available), filled=self.available)


class Place(NamedTuple):
    """Where a page of a list ended: the public id of its last template, and the position after it."""

    public_id: str
    position: int


def browse_templates(actor: Actor, query: GalleryQuery) -> Gallery:
    """Return the templates visible to the actor's account that match `query`."""
    require(actor, Permission.REPORTS)
    catalog, used = catalog_and_uses(actor.account_id)
    available = workflows.available(actor.account_id)
    rates = _rates_to_sort_by(actor, query, used)
    found = catalog.search.find(query.text)
    page = browse(catalog.cards, query, found, available=available, used=used, rates=rates)
    offered: tuple[Card, ...] = ()
    near = catalog.search.nearest(query.text, OFFERED) if query.text and not page.counts[""] else []
    if near:
        offered = tuple(catalog.cards[position] for position in near)
    elif not page.counts[""]:
        every = browse(
            catalog.cards, GalleryQuery(), range(len(catalog.cards)), available=available, used=used
        )
        offered = every.cards[:OFFERED]
    shown = page.cards or offered
    return Gallery(
        rates=rates or completion_rates(actor, [card.id for card in shown if used.get(card.id)]),
        page=page,
        available=available,
        used=used,
        tags=catalog.tags,
        step_types=catalog.step_types,
        is_empty=not catalog.cards,
        offered=offered,
        is_near=bool(near),
    )


def matching_templates(actor: Actor, text: str, limit: int) -> list[Card]:
    """Return up to `limit` templates that match a text, best match first; none for an empty one."""
    require(actor, Permission.REPORTS)
    if not text:
        return []
    catalog = catalog_of(actor.account_id)
    return [catalog.cards[position] for position in catalog.search.find(text)[:limit]]


def list_templates(
    actor: Actor, query: GalleryQuery, *, limit: int, after: Place | None = None
) -> tuple[list[ListedTemplate], Place | None]:
    """Return up to `limit` templates for `query` that follow `after`, and the place to continue from.

    If the template at `after` is no longer among them, the page begins at its former position.
    """
    require(actor, Permission.REPORTS)
    catalog, used = catalog_and_uses(actor.account_id)
    available = workflows.available(actor.account_id)
    found = catalog.search.find(query.text)
    rates = _rates_to_sort_by(actor, query, used)
    cards, _ = select(catalog.cards, query, found, available=available, used=used, rates=rates)
    start = _position(cards, after) if after else 0
    shown = cards[start : start + limit]
    end = start + len(shown)
    next_place = Place(shown[-1].public_id, end) if shown and end < len(cards) else None
    return _listed(actor, shown, available, used), next_place


def template_categories(actor: Actor) -> list[tuple[Category, int]]:
    """Return all categories with the number of templates that the account sees in each."""
    require(actor, Permission.REPORTS)
    counts = Counter(card.category for card in catalog_of(actor.account_id).cards)
    return [(category, counts[category.key]) for category in CATEGORIES]


def template_ids(actor: Actor, ids: Collection[int]) -> Mapping[int, str]:
    """Return {template id: public id} of the templates of workflows, some of which may be deleted."""
    require(actor, Permission.REPORTS)
    found = queries.public_ids(actor.account_id, ids)
    others = set(ids) - found.keys()
    return found | sharing.shared_public_ids(actor.account_id, others) if others else found


def all_templates(actor: Actor) -> list[ListedTemplate]:
    """Return every template visible to the account, by category and name, without definitions."""
    require(actor, Permission.REPORTS)
    catalog, used = catalog_and_uses(actor.account_id)
    available = workflows.available(actor.account_id)
    cards = sorted(catalog.cards, key=lambda card: (card.category, card.name.casefold()))
    return _listed(actor, cards, available, used)


def template_details(actor: Actor, public_id: str) -> TemplateDetails:
    """Return a template with its definition. Raises NotFound, also for templates of other accounts."""
    require(actor, Permission.REPORTS)
    return details_of(actor, find_template(actor, public_id))


def details_of(actor: Actor, template: WorkflowTemplate) -> TemplateDetails:
    """Return the details of a template that was looked up for the actor."""
    results = results_of(actor, template.id) if actor.may(Permission.REPORTS) else None
    return TemplateDetails(
        completion_rate=results.totals.completion_rate if results else None,
        results=results,
        card=card_of(_row(template) | _sharing(actor, template)),
        definition=queries.current_definition(template),
        available=workflows.available(actor.account_id),
        times_used=_times_used(actor, template),
    )


def template_versions(
    actor: Actor, public_id: str, *, limit: int, before: int | None = None
) -> tuple[WorkflowTemplate, list[ListedVersion]]:
    """Return a template with up to `limit` versions, newest first, below the number `before`.

    Raises NotFound.
    """
    require(actor, Permission.REPORTS)
    template = find_template(actor, public_id)
    if before is not None:
        before = min(before, template.version + 1)
    return template, queries.versions(template.id, before, limit)


def template_version(
    actor: Actor, public_id: str, number: int
) -> tuple[WorkflowTemplate, WorkflowTemplateVersion]:
    """Return a template with one of its versions. Raises NotFound."""
    require(actor, Permission.REPORTS)
    template = find_template(actor, public_id)
    version = queries.version(template.id, number) if number <= template.version else None
    if version is None:
        raise NotFound("NOT_FOUND", "This version of the template doesn’t exist.")
    return template, version


def message_of(definition: Definition, step_id: str = "") -> MessagePreview | None:
    """Return the message of a step, or the first message if no step is given; None if the template sends
    none.

    Raises NotFound if the given step has no message.
    """
    message = message_preview(definition, step_id or first_message(definition))
    if message is None and step_id:
        raise NotFound("NOT_FOUND", "This step has no message to preview.")
    return message


def find_template(actor: Actor, public_id: str) -> WorkflowTemplate:
    """Return the template with this public id. Raises NotFound, also for templates of other accounts."""
    template = None
    if is_public_id(public_id):
        template = queries.template_by_public_id(actor.account_id, public_id) or sharing.shared_template(
            actor.account_id, public_id
        )
    if template is None:
        raise NotFound(
            "TEMPLATE_NOT_FOUND",
            "This template doesn’t exist.",
            next_url="/templates",
            next_label="See all templates",
        )
    return template


def named_template(actor: Actor, reference: str) -> WorkflowTemplate:
    """Find a template by public id, key, or exact name, for the command line: of those with this name, the
    account's own before system templates and shared ones. Raises NotFound, and Conflict if several have it.
    """
    require(actor, Permission.REPORTS)
    if is_public_id(reference):
        return find_template(actor, reference)
    found = queries.templates_called(actor.account_id, reference, 2) or sharing.shared_templates_called(
        actor.account_id, reference, 2
    )
    if not found:
        raise NotFound(
            "TEMPLATE_NOT_FOUND",
            f"No template has the key or name “{reference}”. “flask templates” lists them.",
        )
    first, *others = found
    if first.key != reference and any(one.account_id == first.account_id for one in others):
        raise Conflict(
            "CONFLICT",
            f"Several templates are named “{reference}”. Use the ID of one of them: “flask templates --json” "
            "lists them.",
        )
    return first


def _listed(
    actor: Actor, cards: Sequence[Card], available: frozenset[str], used: Mapping[int, int]
) -> list[ListedTemplate]:
    rates = completion_rates(actor, [card.id for card in cards if used.get(card.id)])
    return [ListedTemplate(card, available, used.get(card.id, 0), rates.get(card.id)) for card in cards]


def _rates_to_sort_by(
    actor: Actor, query: GalleryQuery, used: Mapping[int, int]
) -> Mapping[int, float | None]:
    """Return the completion rates of all templates in use if the order of the query depends on them."""
    return completion_rates(actor, used) if query.sort == BY_RATE else {}


def _position(cards: Sequence[Card], after: Place) -> int:
    """Return the index of the card that follows a place."""
    found = (at for at, card in enumerate(cards, 1) if card.public_id == after.public_id)
    return next(found, max(0, after.position))


def _sharing(actor: Actor, template: WorkflowTemplate) -> dict[str, Any]:
    """Return the facts about sharing that a card of the template shows."""
    if template.account_id is None:
        return {}
    if template.account_id == actor.account_id:
        return {"is_shared": queries.is_shared(actor.account_id, template.id)}
    return {"is_shared": True, "shared_by": agency_name(actor)}


def _times_used(actor: Actor, template: WorkflowTemplate) -> int:
    """Return how often a template was used, of a shared one by the actor’s account alone."""
    if template.account_id in (None, actor.account_id):
        return template.times_used
    return uses.uses_of(actor.account_id, [template.id]).get(template.id, 0)


def _row(template: WorkflowTemplate) -> dict[str, Any]:
    return {column.key: getattr(template, column.key) for column in WorkflowTemplate.__table__.columns}
