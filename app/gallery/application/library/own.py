"""The templates of an account in lists (T-16): its own, and those that were deleted recently."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.accounts import application as accounts
from app.accounts.domain import Actor, Permission
from app.gallery.application.catalog import catalog_and_uses, catalog_of
from app.gallery.application.custom import create_template
from app.gallery.application.reading import TemplateDetails, find_template
from app.gallery.domain.card import Card
from app.gallery.domain.details import Details
from app.gallery.domain.library.restoring import days_left, restorable_since
from app.gallery.infrastructure import library, queries
from app.platform.clock import now
from app.platform.settings import current

PAGE = 25
MOST_DELETED = 100
MOST_CHOICES = 500


@dataclass(frozen=True)
class DeletedTemplate:
    """A deleted template that can still be restored, for `days_left` days."""

    public_id: str
    name: str
    category: str
    deleted_at: datetime
    days_left: int


@dataclass(frozen=True)
class OwnTemplates:
    """A page of the account's own templates by name. `total` is the number of all of them, `limit` how many
    the account can have; None without a limit."""

    cards: Sequence[Card]
    total: int
    number: int
    limit: int | None
    used: dict[int, int]

    @property
    def first(self) -> int:
        return (self.number - 1) * PAGE + 1

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def own_templates(actor: Actor, number: int = 1) -> OwnTemplates:
    """Return a page of the templates of the actor's account; the nearest one if there is no such page."""
    accounts.require(actor, Permission.REPORTS)
    catalog, used = catalog_and_uses(actor.account_id)
    own = [card for card in catalog.cards if card.account_id == actor.account_id]
    own.sort(key=_by_name)
    number = min(max(1, number), max(1, -(-len(own) // PAGE)))
    limit = None
    if not accounts.is_agency(actor.account_id):
        limit = accounts.limit_of(actor.account_id, "templates", current().max_templates)
    return OwnTemplates(
        cards=own[(number - 1) * PAGE : number * PAGE],
        total=len(own),
        number=number,
        limit=limit,
        used=used,
    )


def own_template_cards(actor: Actor, always: Collection[str | int | None] = ()) -> list[Card]:
    """Return up to MOST_CHOICES templates of the actor's account by name, to choose one, and beyond these
    the templates whose id or public id is in `always`."""
    accounts.require(actor, Permission.REPORTS)
    own = [card for card in catalog_of(actor.account_id).cards if card.account_id == actor.account_id]
    own.sort(key=_by_name)
    return own[:MOST_CHOICES] + [
        card for card in own[MOST_CHOICES:] if card.id in always or card.public_id in always
    ]


def shared_templates(actor: Actor) -> list[Card]:
    """Return the templates that the account’s agency shares with it, by name."""
    accounts.require(actor, Permission.REPORTS)
    shared = [card for card in catalog_of(actor.account_id).cards if card.shared_by is not None]
    return sorted(shared, key=_by_name)


def deleted_templates(actor: Actor) -> list[DeletedTemplate]:
    """Return the templates that can be restored, those deleted last first, up to MOST_DELETED."""
    accounts.require(actor, Permission.REPORTS)
    at = now()
    return [
        DeletedTemplate(row.public_id, row.name, row.category, row.deleted_at, days_left(row.deleted_at, at))
        for row in library.deleted(actor.account_id, restorable_since(at), MOST_DELETED)
    ]


def count_deleted(actor: Actor) -> int:
    """Return how many templates can be restored."""
    accounts.require(actor, Permission.REPORTS)
    return library.count_deleted(actor.account_id, restorable_since(now()))


def copy_template(actor: Actor, public_id: str, details: Details) -> TemplateDetails:
    """Create a template of the account from the latest version of any template that it sees.

    Contact fields that the template uses need not exist: cloning the copy creates them. Raises NotFound and
    what `create_template` raises.
    """
    accounts.require(actor, Permission.TEMPLATES)
    template = find_template(actor, public_id)
    return create_template(
        actor,
        name=details.name,
        description=details.description,
        category=details.category,
        tags=details.tags,
        definition=queries.current_definition(template).document,
        note=f"Copied from “{template.name}”, version {template.version}.",
        new_fields=True,
        any_workflow=True,
    )


def _by_name(card: Card) -> tuple[str, int]:
    return card.name.casefold(), card.id
