"""Campaigns with a webhook step, and what became of its requests."""

from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.deliveries.application import sending
from app.deliveries.infrastructure.tables import Delivery
from app.platform.database import session
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.engine.enrolled import people
from tests.rooms.engine.moved import Campaign, campaign
from tests.unit.workflows.documents import step

LAST = step("last", "add_tag", tag="Last")


def hooking(
    app: Flask, person: Person, url: str, count: int = 1, **config: Any
) -> tuple[Campaign, list[int]]:
    """A campaign whose people stand at its webhook step."""
    it = campaign(app, person.actor, step("hook", "webhook", url=url, **config), LAST)
    ids = people(app, person.actor, count)
    it.enroll(ids)
    it.move()
    return it, ids


def send(it: Campaign, **later: float) -> None:
    """Let time pass, and send all that is due then."""
    it.move(**later)
    with it.app.app_context(), acting_for(it.actor.account_id):
        sending.send_due(it.actor.account_id, it.at)


def deliveries(it: Campaign) -> list[Delivery]:
    with it.app.app_context(), acting_for(it.actor.account_id):
        query = sa.select(Delivery).where(Delivery.account_id == it.actor.account_id)
        return list(session().scalars(query.order_by(Delivery.id)))


def states(it: Campaign) -> list[str]:
    return [one.state for one in deliveries(it)]
