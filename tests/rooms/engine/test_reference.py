"""The engine and a reference that takes one contact and step at a time come to the same end (E-02, E-03,
E-06)."""

from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.contacts import application as contacts
from app.contacts.infrastructure.tables import Contact, ContactTag, Tag
from app.platform.database import session, transaction
from app.platform.database.many_rows import id_list
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.contacts.people import add
from tests.rooms.engine.moved import Campaign, campaign
from tests.rooms.engine.reference import Walker

TAGS = ("red", "green", "blue")
tag = st.sampled_from(TAGS)
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


@st.composite
def steps(draw: st.DrawFn, depth: int = 0) -> list[dict[str, Any]]:
    found = []
    for _ in range(draw(st.integers(0 if depth else 1, 4))):
        kind = draw(st.sampled_from(["simple"] * 4 + (["branch", "split"] if depth < 2 else [])))
        if kind == "simple":
            found.append(part(*draw(simple), enabled=draw(st.integers(0, 5)) > 0))
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
    ),
    min_size=2,
    max_size=8,
)


@pytest.mark.timeout(900)  # hypothesis may take 300 s to find a smaller failing example
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(document=definitions(), early=st.lists(st.tuples(who, tag), max_size=4), acts=acts)
def test_the_engine_does_what_the_reference_does(
    app: Flask,
    bob: Person,
    document: dict[str, Any],
    early: list[tuple[int, str]],
    acts: list[tuple[str, Any]],
) -> None:
    run = next(numbers)
    ids = [add(app, bob.actor, f"p{run}x{number}@example.com") for number in range(4)]
    walkers = [Walker(document, contact_id) for contact_id in ids]
    it = campaign(app, bob.actor, *document["steps"], name=f"Run {run}", goals=document["goals"])
    for number, name in early:
        add_tag(it, ids[number], name)
        walkers[number].tags.add(name)
    it.enroll(ids)
    for walker in walkers:
        walker.enroll(it.at)
    begin, end = {"amount": 0, "unit": "days"}, {"amount": 60, "unit": "days"}
    for act, value in [("later", begin), *acts, ("later", end)]:
        match act:
            case "later":
                it.move(**{value["unit"]: value["amount"]})
                for walker in walkers:
                    walker.move(it.at)
            case "tag":
                number, name = value
                add_tag(it, ids[number], name)
                walkers[number].tagged(name, it.at)
            case "leave":
                with app.app_context():
                    contacts.unsubscribe(bob.actor, ids[value])
                walkers[value].unsubscribed()
        same(it, walkers)
    assert it.numbers_are_right()


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
    assert cities == {walker.contact_id: walker.city for walker in walkers}


def add_tag(it: Campaign, contact_id: int, name: str) -> None:
    account_id = it.actor.account_id
    with it.app.app_context(), acting_for(account_id), transaction():
        contacts.hold_many(account_id, id_list([contact_id]), to_change=True)
        tag_ids = contacts.ensure_tags(account_id, [name])
        contacts.tag_many(account_id, id_list([contact_id]), tag_ids, None, it.at)
