"""Rendered cards, cached between requests: drawing the miniatures anew for each keystroke would be most of
the work."""

from functools import lru_cache

from flask import get_template_attribute
from markupsafe import Markup

from app.accounts.domain import Actor, Permission
from app.gallery.application import Gallery
from app.gallery.domain.card import Card


def shown_cards(actor: Actor, found: Gallery) -> list[Markup]:
    """Render the cards of the page, or the offered ones if nothing matches."""
    may_use = actor.may(Permission.WORKFLOWS)
    return [
        _card(
            card,
            found.used.get(card.id, 0),
            card.missing(found.available),
            card.linked(found.available),
            card.silent_without(found.available),
            may_use,
            found.rates.get(card.id),
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
    rate: float | None,
) -> Markup:
    """Render a card. Cards are hashed by identity, so a reloaded card is rendered anew."""
    draw_card = get_template_attribute("gallery/_card.html", "template_card")
    drawn = draw_card(card, missing, linked, used, may_use, silent, rate)
    return Markup(drawn)  # nosec B704 # by a template, which escapes
