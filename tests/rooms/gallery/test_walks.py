"""The engine walks people through every system template to its end, on every path (T-01, E-02)."""

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from flask import Flask

from app.contacts import application as contacts
from app.contacts.application.custom_fields import create_field
from app.engine.application.triggers.receiving import GivenEvent, receive_events
from app.engine.infrastructure.tables import Enrollment
from app.gallery.application.load import FOLDER
from app.gallery.domain.template_file import parse_template
from app.messaging.application import tracking
from app.messaging.domain.reactions.machines import Fetch
from app.messaging.infrastructure.message_counts import counting
from app.messaging.infrastructure.reactions import store as reactions
from app.messaging.infrastructure.tables import Message
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.database.many_rows import id_list
from app.platform.tenancy import acting_for
from app.workflows.domain import Definition, parse
from tests.people import Person
from tests.rooms.contacts.people import add
from tests.rooms.engine.moved import Campaign, started
from tests.rooms.messaging.mailing import go_on, messages

KINDS = {"event.email_opened": "opened", "event.link_clicked": "clicked", "event.replied": "replied"}
CUSTOM = re.compile(r"custom\.(\w+)")
FACTS = ("contact.phone", "contact.tags")


class Trait(NamedTuple):
    """Something that somebody has or does: `field` as in criteria, with a value."""

    field: str
    value: str


def rules_in(criteria: Any) -> Iterator[dict[str, Any]]:
    for member in criteria if isinstance(criteria, list) else [criteria]:
        if "field" in member:
            yield member
        else:
            for members in member.values():
                yield from rules_in(members)


def traits_of(definition: Definition) -> list[Trait]:
    """What makes a difference in a definition."""
    found = {}
    for step in definition.all_steps:
        if step.config.get("event"):
            found[Trait(f"event.{step.config.text('event')}", step.config.text("step"))] = True
        for path in step.paths:
            for rule in rules_in(path.criteria or []):
                value = rule.get("value") or ""
                found[Trait(rule["field"], value[0] if isinstance(value, list) else str(value))] = True
    return [one for one in found if one.field.startswith("event.") or one.field in FACTS]


def people_for(app: Flask, bob: Person, traits: list[Trait]) -> dict[int, set[Trait]]:
    """{contact id: traits} of somebody for each combination of up to two traits, and for all of them."""
    mixes = [set(), set(traits), *({one} for one in traits), *({*two} for two in combinations(traits, 2))]
    found = {}
    for number, mix in enumerate(mixes):
        has = {one.field: one.value for one in mix if one.field in FACTS}
        phone = f"+4915112345{number:03}" if "contact.phone" in has else ""
        contact_id = add(app, bob.actor, f"p{number}@example.com", first_name=f"P{number}", phone=phone)
        found[contact_id] = mix
        if "contact.tags" in has:
            with app.app_context(), acting_for(bob.actor.account_id), transaction():
                account_id, who = bob.actor.account_id, id_list([contact_id])
                contacts.hold_many(account_id, who, to_change=True)
                tags = contacts.ensure_tags(account_id, [has["contact.tags"]])
                contacts.tag_many(account_id, who, tags, None, now())
    return found


def bring_in(it: Campaign, definition: Definition, people: dict[int, set[Trait]]) -> None:
    """Enroll people, by an event of the trigger if details of it make a difference."""
    events = []
    for contact_id, traits in people.items():
        data = {
            one.field.removeprefix("event."): float(one.value) + 1
            for one in traits
            if one.field.startswith("event.") and one.field not in KINDS
        }
        if data:
            events.append(GivenEvent(definition.trigger.type, contact_id=contact_id, data=data))
    with it.app.app_context(), acting_for(it.actor.account_id):
        receive_events(it.actor, events)
    it.enroll(list(people))


def react(it: Campaign, message: Message, traits: set[Trait]) -> None:
    for trait in traits:
        if trait.field in KINDS and trait.value in ("", message.step_id):
            with it.app.app_context(), acting_for(it.actor.account_id), transaction():
                tracked = reactions.tracked(message.id)
                assert tracked is not None
                with counting(it.actor.account_id, [message.id]):
                    reactions.add(tracked, KINDS[trait.field], Fetch(it.at, ""), by_machine=False)
                    tracking.settle_first(tracked, KINDS[trait.field], it.at)


def next_due(it: Campaign) -> Any:
    with it.app.app_context(), acting_for(it.actor.account_id):
        mine = (Enrollment.account_id == it.actor.account_id, Enrollment.status == "active")
        return session().scalar(sa.select(sa.func.min(Enrollment.due_at)).where(*mine))


def walk(it: Campaign, people: dict[int, set[Trait]]) -> None:
    """Let everybody go on to the end, reacting an hour after each message as they do."""
    answered: set[int] = set()
    for _ in range(200):
        go_on(it)
        new = [one for one in messages(it) if one.id not in answered]
        if new:
            it.at += timedelta(hours=1)
            for message in new:
                react(it, message, people[message.contact_id])
                answered.add(message.id)
            continue
        due = next_due(it)
        if due is None:
            return
        it.at = max(it.at, due)
    raise AssertionError("it does not end")


@pytest.mark.one_database
@pytest.mark.parametrize("key", sorted(path.stem for path in FOLDER.glob("*.yaml")))
def test_everybody_comes_to_the_end(app: Flask, bob: Person, key: str) -> None:
    document = parse_template((FOLDER / f"{key}.yaml").read_text("utf-8")).definition
    definition = parse(document)
    people = people_for(app, bob, traits_of(definition))
    with app.app_context():
        for name in sorted(set(CUSTOM.findall(str(document)))):
            create_field(bob.actor, name, "date")
    it = started(app, bob.actor, document)
    bring_in(it, definition, people)
    walk(it, people)
    ends = {status for status, _ in it.where().values()}
    assert ends <= {"completed", "goal_reached"}, it.where()
    assert {message.contact_id for message in messages(it)} == set(people), "everybody has got a message"
    taken = {passage for contact_id in people for passage in it.passed(contact_id)}
    paths = {
        (step.id, path.id if not path.is_default else "default")
        for step in definition.live_steps
        for path in step.paths
    }
    assert paths <= taken, paths - taken
    assert it.numbers_are_right()
