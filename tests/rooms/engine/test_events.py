"""Events that other systems report start workflows, reach goals, and end waits (E-20)."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from app.contacts import application as contacts
from app.engine.application.triggers import GivenEvent, receive_events
from app.engine.domain.event_values import event_values
from app.platform.tenancy import acting_for
from tests.people import Person, Program
from tests.rooms.contacts.people import add
from tests.rooms.engine.enrolled import people
from tests.rooms.engine.moved import Campaign, campaign
from tests.rooms.engine.test_triggers import HELLO, sources, started
from tests.unit.workflows.documents import goal, goals, rule, step


def report(app: Flask, bob: Person, *given: GivenEvent) -> list[str]:
    with app.app_context(), acting_for(bob.actor.account_id):
        return [one.status for one in receive_events(bob.actor, given)]


def event(kind: str, contact_id: int, **data: Any) -> GivenEvent:
    return GivenEvent(kind, contact_id=contact_id, data=data)


def test_an_event_starts_a_workflow_and_stands_in_the_timeline(app: Flask, bob: Person) -> None:
    it = started(app, bob, "purchase_made", product="Starter course", min_amount=50)
    ann, ben, cleo, dan = people(app, bob.actor, 4)
    given = [
        event("purchase_made", ann, product="starter course ", amount=50),
        event("purchase_made", ben, product="Starter course", amount=49.99),
        event("purchase_made", cleo, product="Other", amount=80),
        event("purchase_made", dan, amount=80),
        event("form_submitted", dan, form="Contact"),
    ]
    assert report(app, bob, *given) == ["recorded"] * 5
    assert sources(it) == {(ann, "trigger"): 1}
    page = bob.get(f"/contacts/{ann}").text
    assert "Purchase made: starter course , 50" in page and "by its trigger" in page
    assert "Form submitted: Contact" in bob.get(f"/contacts/{dan}").text


@pytest.mark.parametrize(
    ("kind", "config", "fits", "other"),
    [
        ("appointment_booked", {"calendar": "Main"}, {"calendar": "main"}, {"calendar": "Other"}),
        ("appointment_cancelled", {}, {"calendar": "Any"}, None),
        ("appointment_completed", {"calendar": "Main"}, {"calendar": "Main"}, {}),
        ("appointment_no_show", {}, {}, None),
        ("form_submitted", {"form": "Contact us"}, {"form": "contact us"}, {"form": "Order"}),
        ("webhook_received", {"key": "shop-order"}, {"key": "shop-order"}, {"key": 7}),
    ],
)
def test_settings_of_triggers(
    app: Flask, bob: Person, kind: str, config: dict[str, Any], fits: Any, other: Any
) -> None:
    it = started(app, bob, kind, **config)
    ann, ben = people(app, bob.actor, 2)
    report(app, bob, event(kind, ann, **fits))
    if other is not None:
        report(app, bob, event(kind, ben, **other))
    assert sources(it) == {(ann, "trigger"): 1}


def test_filters_on_the_event_and_the_contact(app: Flask, bob: Person) -> None:
    filters = {
        "all": [
            {"any": [rule("event.amount", "greater", 100), rule("event.product", "contains", "gold")]},
            rule("contact.tags", "has_none", ["VIP"]),
        ]
    }
    it = started(app, bob, "purchase_made", filters=filters)
    ann, ben, cleo = people(app, bob.actor, 3)
    account_id = bob.actor.account_id
    with app.app_context(), acting_for(account_id):
        contacts.tag_contact(bob.actor, cleo, "VIP")
    report(app, bob, event("purchase_made", ann, amount=20, product="Gold plan"))
    report(app, bob, event("purchase_made", ben, amount=100, product="Silver"))
    report(app, bob, event("purchase_made", cleo, amount=1000))
    assert sources(it) == {(ann, "trigger"): 1}
    report(app, bob, event("purchase_made", ben, amount=20), event("purchase_made", ben, amount=100.5))
    assert sources(it)[ben, "trigger"] == 1


def test_an_event_counts_once(app: Flask, bob: Person) -> None:
    it = started(app, bob, "purchase_made", step("note", "add_note", text="Hi"))
    [ann] = people(app, bob.actor, 1)
    one = GivenEvent("purchase_made", id="order-1", contact_id=ann)
    assert report(app, bob, one, one) == ["recorded", "repeated"]
    it.move(seconds=9)
    assert report(app, bob, one) == ["repeated"]
    assert len(it.enrollments()) == 1
    assert bob.get(f"/contacts/{ann}").text.count("Purchase made") == 1


@pytest.mark.parametrize("kind", ["form_submitted", "appointment_booked", "purchase_made"])
def test_events_end_waits_and_reach_goals(app: Flask, bob: Person, kind: str) -> None:
    ann, ben = people(app, bob.actor, 2)
    config = {"form": "Contact"} if kind == "form_submitted" else {}
    timeout = {"amount": 3, "unit": "days"}
    waits = campaign(
        app, bob.actor, step("ready", "wait_for_event", event=kind, timeout=timeout, **config), *HELLO
    )
    aims = campaign(app, bob.actor, *HELLO, name="Aims", goals=goals(goal("g", kind, **config)))
    for it in (waits, aims):
        it.enroll([ann, ben])
        it.move()
    data = {"form": "contact"} if kind == "form_submitted" else {}
    report(app, bob, event(kind, ann, **data), event(kind, ben, form="Other"))
    waits.move(seconds=9)
    others_fit = kind != "form_submitted"
    assert waits.where() == {ann: ("active", "pause"), ben: ("active", "pause" if others_fit else "ready")}
    assert [aims.where()[one][0] for one in (ann, ben)] == [
        "goal_reached",
        "goal_reached" if others_fit else "active",
    ]


def test_all_goals_with_an_event_among_them(app: Flask, bob: Person) -> None:
    ann, ben = people(app, bob.actor, 2)
    both = goals(goal("g", "purchase_made"), goal("h", "tag_added", tag="Customer"), match="all")
    it: Campaign = campaign(app, bob.actor, *HELLO, goals=both)
    report(app, bob, event("purchase_made", ben))
    it.enroll([ann, ben])
    it.move()
    report(app, bob, event("purchase_made", ann))
    assert {one[0] for one in it.where().values()} == {"active"}
    with app.app_context(), acting_for(bob.actor.account_id):
        for one in (ann, ben):
            contacts.tag_contact(bob.actor, one, "Customer")
    assert it.where()[ann][0] == "goal_reached"
    assert it.where()[ben][0] == "active", "a purchase before the enrollment does not count"


def test_erased_contacts_leave_no_events(app: Flask, bob: Person) -> None:
    ann = add(app, bob.actor, "ann@example.com")
    report(app, bob, GivenEvent("purchase_made", id="order-1", contact_id=ann, data={"note": "Ann Lee"}))
    with app.app_context(), acting_for(bob.actor.account_id):
        contacts.erase_contact(bob.actor, ann)
        assert not contacts.known_events(bob.actor.account_id, ["order-1"])
    assert report(app, bob, event("purchase_made", ann)) == ["unknown_contact"]


def test_details_of_an_event_as_merge_values() -> None:
    data = {"starts_at": "2026-05-14T08:30:00Z", "amount": 49.5, "product": "Course", "x": [1], "no": None}
    values = event_values(data, ZoneInfo("Europe/Berlin"))
    assert str(values["starts_at"]) == "2026-05-14 10:30:00"
    assert values["amount"] == "49.50" and values["product"] == "Course"
    assert not values.keys() & {"x", "no"}
    assert event_values({"amount": 49.0, "starts_at": "soon"}, ZoneInfo("UTC")) == {
        "amount": "49",
        "starts_at": "soon",
    }


def posted(program: Program, **body: Any) -> Any:
    answer = program.post("/events", body)
    assert answer.status_code == 200, answer.text
    return answer.json


def statuses(found: Any) -> list[str]:
    return [one["status"] for one in found["results"]]


def test_the_api_answers_for_each_event(app: Flask, bob: Person, program: Program, mallory: Person) -> None:
    ann = add(app, bob.actor, "ann@example.com")
    theirs = add(app, mallory.actor, "theirs@example.com")
    given = [
        {"id": "1", "type": "purchase_made", "email": "Ann@Example.com ", "data": {"amount": 5}},
        {"id": "2", "type": "purchase_made", "contact_id": ann},
        {"id": "1", "type": "purchase_made", "contact_id": ann},
        {"id": "3", "type": "purchase_made", "contact_id": theirs},
        {"id": "4", "type": "purchase_made", "email": "theirs@example.com"},
        {"id": "5", "type": "purchase_made", "email": "ann@@example.com"},
        {"type": "form_submitted", "contact_id": ann},
    ]
    found = posted(program, events=given)
    assert found["recorded"] == 3
    assert statuses(found) == [
        *("recorded", "recorded", "repeated", "unknown_contact", "unknown_contact", "invalid", "recorded")
    ]
    assert [one["contact_id"] for one in found["results"]] == [ann, ann, ann, None, None, None, ann]
    assert found["results"][-1]["id"] is None and "two @" in found["results"][5]["message"]
    assert statuses(posted(program, events=given))[:3] == ["repeated"] * 3


def test_unknown_contacts_are_created_only_with_a_legal_basis(
    app: Flask, bob: Person, program: Program
) -> None:
    it = started(app, bob, "contact_created")
    events = [{"type": "form_submitted", "email": "new@example.com", "first_name": "Nia"}] * 2
    assert statuses(posted(program, events=events)) == ["unknown_contact"] * 2
    refused = program.post("/events", {"events": events, "missing_contacts": "create"})
    assert refused.status_code == 422 and "consent_basis" in refused.text
    found = posted(program, events=events, missing_contacts="create", consent_basis="opt_in")
    assert statuses(found) == ["recorded"] * 2
    assert [one["created_contact"] for one in found["results"]] == [True, True]
    [contact] = program.get("/contacts?q=new@example.com").json["data"]
    contact = program.get(f"/contacts/{contact['id']}").json
    assert (contact["first_name"], contact["consent"]["basis"]) == ("Nia", "opt_in")
    assert sources(it) == {(contact["id"], "trigger"): 1}
    assert "Added to your contacts" in bob.get(f"/contacts/{contact['id']}").text


def test_a_contact_who_said_no_is_not_enrolled_and_stays_that_way(
    app: Flask, bob: Person, program: Program
) -> None:
    it = started(app, bob, "purchase_made")
    ann = add(app, bob.actor, "ann@example.com")
    with app.app_context(), acting_for(bob.actor.account_id):
        contacts.unsubscribe(bob.actor, ann)
    event_of_ann = {"type": "purchase_made", "email": "ann@example.com"}
    found = posted(program, events=[event_of_ann], missing_contacts="create", consent_basis="opt_in")
    assert statuses(found) == ["recorded"] and not sources(it)
    assert program.get(f"/contacts/{ann}").json["status"] == "unsubscribed"


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ({"type": "purchase_made"}, "events.0"),
        ({"type": "manual", "contact_id": 1}, "events.0.type"),
        ({"type": "purchase_made", "contact_id": 1, "email": "a@example.com"}, "events.0"),
        ({"type": "purchase_made", "contact_id": 1, "data": {"x": "y" * 9000}}, "events.0.data"),
        ({"type": "purchase_made", "contact_id": 1, "occurred_at": "soon"}, "events.0.occurred_at"),
        ({"type": "purchase_made", "contact_id": 0}, "events.0.contact_id"),
    ],
)
def test_events_that_are_refused(program: Program, event: dict[str, Any], field: str) -> None:
    answer = program.post("/events", {"events": [event]})
    assert answer.status_code == 422 and list(answer.json["fields"]) == [field]


@pytest.mark.parametrize("count", [0, 1001])
def test_too_few_or_too_many_events(program: Program, count: int) -> None:
    answer = program.post("/events", {"events": [{"type": "purchase_made", "contact_id": 1}] * count})
    assert answer.status_code == 422 and list(answer.json["fields"]) == ["events"]
