"""Cards as HTML, kept between requests: a card looks the same as long as nothing on it changed, and drawing
its miniature anew for every letter that somebody types would be most of the work."""

from functools import lru_cache

from flask import get_template_attribute
from markupsafe import Markup

from app.accounts.domain import Actor, Permission
from app.gallery.application import Gallery
from app.gallery.domain.card import Card


def shown_cards(actor: Actor, found: Gallery) -> list[Markup]:
    """The cards of the open page, or those that are offered instead."""
    may_use = actor.may(Permission.WORKFLOWS)
    return [
        _card(
            card,
            found.used.get(card.id, 0),
            card.missing(found.available),
            card.linked(found.available),
            card.silent_without(found.available),
            may_use,
        )
        for card in found.page.cards or found.offered
    ]


@lru_cache(maxsize=2000)
def _card(
    card: Card,
    used: int,
    missing: tuple[str, ...],
    linked: tuple[str, ...],
    silent: tuple[str, ...],
    may_use: bool,
) -> Markup:
    """Cards are compared by identity: one that was read again is another one."""
    draw_card = get_template_attribute("gallery/_card.html", "template_card")
    return Markup(draw_card(card, missing, linked, used, may_use, silent))
