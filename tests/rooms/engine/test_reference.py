"""The engine and a reference that takes one contact and step at a time come to the same end (E-02, E-03,
E-06), also with messages that contacts don't want, or not at night (E-10, E-15, E-19, W-08)."""

from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.contacts import application as contacts
from app.contacts.application import topics
from app.contacts.infrastructure.tables import Contact, ContactTag, Tag
from app.messaging.infrastructure.tables import Message
from app.platform.database import session, transaction
from app.platform.database.many_rows import id_list
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.contacts.people import add
from tests.rooms.engine.moved import Campaign, campaign
from tests.rooms.engine.reference import Walker
from tests.rooms.messaging.mailing import go_on
from tests.rooms.messaging.texting import connect
from tests.services.twilio import FakeTwilio

TAGS = ("red", "green", "blue")
TOPICS = ("newsletter", "offers")
ZONES = ("", "Asia/Tokyo", "America/Los_Angeles", "")  # of the four contacts; the account's is Berlin
tag, topic = st.sampled_from(TAGS), st.sampled_from(TOPICS)
length = st.fixed_dictionaries(
    {"amount": st.integers(1, 5), "unit": st.sampled_from(["minutes", "hours", "days"])}
)
numbers = count(1)

simple = st.one_of(
    st.tuples(st.just("add_tag"), st.fixed_dictionaries({"tag": tag})),
    st.tuples(st.just("remove_tag"), st.fixed_dictionaries({"tag": tag})),
    st.tuples(
        st.just("update_field"),
        st.fixed_dictionaries(
            {"field": st.just("contact.city"), "value": st.sampled_from(["Bristol", "Bath"])}
        ),
    ),
    st.tuples(st.just("wait"), length),
    st.tuples(
        st.just("wait_for_event"),
        st.fixed_dictionaries({"event": st.just("tag_added"), "tag": tag, "timeout": length}),
    ),
)
on_failure = st.sampled_from(["continue", "end"])
message = st.one_of(
    st.tuples(
        st.just("send_email"),
        st.fixed_dictionaries(
            {"subject": st.just("Hi"), "body": st.just("Text"), "topic": st.sampled_from(["", *TOPICS])}
        ),
    ),
    st.tuples(st.just("send_sms"), st.fixed_dictionaries({"text": st.just("Hi"), "on_failure": on_failure})),
)


@st.composite
def steps(draw: st.DrawFn, depth: int = 0) -> list[dict[str, Any]]:
    found = []
    for _ in range(draw(st.integers(0 if depth else 1, 4))):
        kinds = ["simple"] * 3 + ["message"] * 2 + (["branch", "split"] if depth < 2 else [])
        kind = draw(st.sampled_from(kinds))
        if kind in ("simple", "message"):
            chosen = draw(simple if kind == "simple" else message)
            found.append(part(*chosen, enabled=draw(st.integers(0, 5)) > 0))
        elif kind == "branch":
            arms = [
                {
                    "id": f"p{next(numbers)}",
                    "name": f"Path {number}",
                    "criteria": {"all": [{"field": "contact.tags", "op": "has_any", "value": [draw(tag)]}]},
                    "steps": draw(steps(depth + 1)),
                }
                for number in range(draw(st.integers(1, 2)))
            ]
            default = {"name": "Everyone else", "steps": draw(steps(depth + 1))}
            found.append(part("branch", {"arms": arms, "default": default}))
        else:
            arms = [
                {
                    "id": f"p{next(numbers)}",
                    "name": f"Path {n}",
                    "percent": 50,
                    "steps": draw(steps(depth + 1)),
                }
                for n in range(2)
            ]
            found.append(part("split", {"arms": arms}))
    return found


def part(kind: str, config: dict[str, Any], enabled: bool = True) -> dict[str, Any]:
    return {"id": f"s{next(numbers)}", "type": kind, "enabled": enabled, "config": config}


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Any]:
    goals = [
        {"id": f"g{next(numbers)}", "type": "tag_added", "config": {"tag": one}}
        for one in draw(st.lists(tag, max_size=2, unique=True))
    ]
    match = draw(st.sampled_from(["any", "all"]))
    last = part("add_tag", {"tag": "last"})
    return {"steps": [*draw(steps()), last], "goals": {"match": match, "items": goals}}


who = st.integers(0, 3)
acts = st.lists(
    st.one_of(
        st.tuples(st.just("later"), length),  # as long as a wait: the moment at which it ends counts
        st.tuples(st.just("tag"), st.tuples(who, tag)),
        st.tuples(st.just("leave"), who),
        st.tuples(st.just("stop"), st.tuples(who, topic)),
        st.tuples(st.just("resume"), st.tuples(who, topic)),
        st.tuples(st.just("says"), st.tuples(who, st.booleans())),
    ),
    min_size=2,
    max_size=8,
)


@pytest.mark.timeout(900)  # hypothesis may take 300 s to find a smaller failing example
@settings(
    max_examples=9,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    document=definitions(),
    early=st.lists(st.tuples(who, tag), max_size=4),
    acts=acts,
    asks_consent=st.booleans(),
)
def test_the_engine_does_what_the_reference_does(
    app: Flask,
    alice: Person,
    twilio: FakeTwilio,
    document: dict[str, Any],
    early: list[tuple[int, str]],
    acts: list[tuple[str, Any]],
    asks_consent: bool,
) -> None:
    run = next(numbers)
    prepare(app, alice, asks_consent)
    it = campaign(app, alice.actor, *document["steps"], name=f"Run {run}", goals=document["goals"])
    people = [person(app, alice, run, number, zone) for number, zone in enumerate(ZONES)]
    walkers = [
        Walker(document, contact_id, zone or "Europe/Berlin", bool(number), asks_consent)
        for (contact_id, number), zone in zip(people, ZONES, strict=True)
    ]
    for who, name in early:
        add_tag(it, walkers[who].contact_id, name)
        walkers[who].tags.add(name)
    it.enroll([walker.contact_id for walker in walkers])
    it.at = datetime.combine(it.at.date() + timedelta(days=1), time(18), UTC)  # evening in Berlin
    for walker in walkers:
        walker.enroll(it.at)
    begin, end = {"amount": 0, "unit": "days"}, {"amount": 60, "unit": "days"}
    morning = {"amount": 13, "unit": "hours"}
    for act, value in [("later", begin), *acts, ("later", end), ("later", morning)]:
        if act == "later":
            go_on(it, **{value["unit"]: value["amount"]})
            for walker in walkers:
                walker.later(it.at)
        else:
            number, what = value if isinstance(value, tuple) else (value, None)
            happens(it, act, people[number], walkers[number], what)
        same(it, walkers)
    assert it.numbers_are_right()


def prepare(app: Flask, alice: Person, asks_consent: bool) -> None:
    """Topics, and a provider of text messages that sends in the day only."""
    consent = "recorded" if asks_consent else "covered"
    connect(alice, consent=consent, quiet_hours="y", quiet_from="21:00", quiet_until="08:00")
    with app.app_context():
        known = topics.topic_names(alice.actor.account_id)
        for key in set(TOPICS) - known.keys():
            topics.create_topic(alice.actor, key.title())


def person(app: Flask, alice: Person, run: int, number: int, zone: str) -> tuple[int, str]:
    """A contact, and its phone number; the last one has none."""
    phone = f"+4915112{run:05}{number}" if number < len(ZONES) - 1 else ""
    given = {"phone": phone, "time_zone": zone}
    return add(app, alice.actor, f"p{run}x{number}@example.com", **given), phone


def happens(it: Campaign, act: str, who: tuple[int, str], walker: Walker, what: Any) -> None:
    """Let something happen to a contact, and to its walker."""
    contact_id, phone = who
    account_id = it.actor.account_id
    match act:
        case "tag":
            add_tag(it, contact_id, what)
            walker.tagged(what, it.at)
        case "leave":
            with it.app.app_context():
                contacts.unsubscribe(it.actor, contact_id)
            walker.unsubscribed()
        case "stop":
            with it.app.app_context(), acting_for(account_id), transaction():
                contacts.hold_many(account_id, id_list([contact_id]))
                topics.stop_topics(account_id, contact_id, [what], "Said so", it.at)
            walker.stopped.add(what)
        case "resume":
            with it.app.app_context():
                topics.resume_topic(it.actor, contact_id, what)
            walker.stopped.discard(what)
        case "says" if phone:
            with it.app.app_context(), acting_for(account_id):
                contacts.note_sms_wish(account_id, phone, what, "Said so", it.at)
            walker.says = what


def same(it: Campaign, walkers: list[Walker]) -> None:
    where = it.where()
    for walker in walkers:
        assert where[walker.contact_id] == (walker.status, walker.last)
        assert sorted(it.passed(walker.contact_id)) == sorted(walker.passed)
    ids = [walker.contact_id for walker in walkers]
    with it.app.app_context(), acting_for(it.actor.account_id):
        account_id = it.actor.account_id
        rows = session().execute(
            sa.select(ContactTag.contact_id, Tag.name)
            .join(Tag, sa.and_(Tag.id == ContactTag.tag_id, Tag.account_id == account_id))
            .where(ContactTag.account_id == account_id, ContactTag.contact_id.in_(ids))
        )
        tags: dict[int, set[str]] = {one: set() for one in ids}
        for contact_id, name in rows:
            tags[contact_id].add(name)
        query = sa.select(Message.contact_id, Message.step_id, Message.state).where(
            Message.account_id == account_id, Message.contact_id.in_(ids)
        )
        got = sorted(tuple(row) for row in session().execute(query))
        cities = dict(
            session()
            .execute(
                sa.select(Contact.id, Contact.city).where(
                    Contact.account_id == account_id, Contact.id.in_(ids)
                )
            )
            .all()
        )
    assert tags == {walker.contact_id: walker.tags for walker in walkers}
    assert got == sorted(
        (walker.contact_id, one.step["id"], one.state) for walker in walkers for one in walker.messages
    )
    assert cities == {walker.contact_id: walker.city for walker in walkers}


def add_tag(it: Campaign, contact_id: int, name: str) -> None:
    account_id = it.actor.account_id
    with it.app.app_context(), acting_for(account_id), transaction():
        contacts.hold_many(account_id, id_list([contact_id]), to_change=True)
        tag_ids = contacts.ensure_tags(account_id, [name])
        contacts.tag_many(account_id, id_list([contact_id]), tag_ids, None, it.at)
