"""Templates in the search over everything."""

from collections.abc import Sequence

from flask import url_for

from app.accounts.domain import Actor
from app.gallery import application as gallery
from app.gallery.domain.categories import category_label
from app.platform.finding import Found, Provider, register


def register_provider() -> None:
    register(Provider("templates", "Templates", "template", place=30, find=_find, all_url=_all))


def _find(actor: Actor, text: str, limit: int) -> Sequence[Found]:
    return [
        Found(card.name, url_for("gallery.show", public_id=card.public_id), category_label(card.category))
        for card in gallery.matching_templates(actor, text, limit)
    ]


def _all(text: str) -> str:
    return url_for("gallery.index", q=text)
