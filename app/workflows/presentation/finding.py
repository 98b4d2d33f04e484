"""Workflows in the search over everything."""

from collections.abc import Sequence

from flask import url_for

from app.accounts.domain import Actor
from app.platform.finding import Found, Provider, register
from app.workflows import application as workflows


def register_provider() -> None:
    register(Provider("workflows", "Workflows", "workflow", place=10, find=_find, all_url=_all))


def _find(actor: Actor, text: str, limit: int) -> Sequence[Found]:
    return [
        Found(one.name, url_for("workflows.show", public_id=one.public_id), one.status.capitalize())
        for one in workflows.matching_workflows(actor, text, limit)
    ]


def _all(text: str) -> str:
    return url_for("workflows.index", q=text)
