"""What happens to contacts starts active workflows, in the same transaction (E-20, W-11)."""

from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.activity.infrastructure.tables import ContactEvent
from app.contacts import application as contacts
from app.contacts.domain import pack
from app.contacts.infrastructure.tables import CustomField
from app.engine.application import contact_enrollments
from app.engine.application.moving.loops import MOST_A_DAY
from app.engine.infrastructure.counters import counts, source_counts
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.database.many_rows import id_list
from app.platform.tenancy import acting_for
from app.workflows import application as workflows
from app.workflows.infrastructure.tables import Workflow
from tests.people import Person
from tests.rooms.contacts.people import add
from tests.rooms.engine.enrolled import people
from tests.rooms.engine.moved import Campaign, campaign
from tests.rooms.engine.test_loops import told
from tests.rooms.workflows.drafts import active
from tests.unit.workflows.documents import definition, rule, step, wait

HELLO = (wait("pause", 2), step("last", "add_tag", tag="Last"))


def started(
    app: Flask, bob: Person, kind: str, *steps: dict[str, Any], filters: Any = None, **config: Any
) -> Campaign:
    """A started workflow with a trigger."""
    trigger = {"type": kind, "enabled": True, "config": config}
    if filters:
        trigger["filters"] = filters
    return campaign(
        app,
        bob.actor,
        *(steps or HELLO),
        name=" ".join(["On", kind, *map(str, config.values())]),
        trigger=trigger,
    )


def tag(app: Flask, bob: Person, ids: list[int], name: str, *, take: bool = False) -> None:
    account_id = bob.actor.account_id
    with app.app_context(), acting_for(account_id), transaction():
        contacts.hold_many(account_id, id_list(ids), to_change=True)
        tags = contacts.ensure_tags(account_id, [name])
        if take:
            contacts.untag_many(account_id, id_list(ids), tags, now())
        else:
            contacts.tag_many(account_id, id_list(ids), tags, None, now())


def sources(it: Campaign) -> Counter[tuple[int, str]]:
    return Counter((one.contact_id, one.source) for one in it.enrollments())


def allow_again(app: Flask, bob: Person) -> None:
    account_id = bob.actor.account_id
    with app.app_context(), acting_for(account_id), transaction():
        again = sa.update(Workflow).where(Workflow.account_id == account_id).values(enroll_again=True)
        session().execute(again)


def test_a_new_contact_enters_and_the_timeline_says_why(app: Flask, bob: Person) -> None:
    it = started(app, bob, "contact_created")
    ann = add(app, bob.actor, "ann@example.com")
    assert sources(it) == {(ann, "trigger"): 1}
    assert it.move(seconds=9) == 1 and it.where() == {ann: ("active", "pause")}
    page = bob.get(f"/contacts/{ann}").text
    assert "Added to On contact_created by its trigger" in page
    assert it.numbers_are_right()


def test_contacts_created_at_once_enter_by_set(app: Flask, bob: Person) -> None:
    it = started(app, bob, "contact_created", filters={"all": [rule("contact.city", "equals", "Bristol")]})
    account_id = bob.actor.account_id
    with app.app_context(), acting_for(account_id), transaction():
        cells = [
            {"email": f"p{at}@example.com", "city": "Bristol" if at % 2 else "Leeds"} for at in range(20)
        ]
        rows = sa.union_all(*(sa.select(sa.literal(pack(one)).label("fields")) for one in cells)).subquery()
        created = contacts.create_many(
            account_id, contacts.unpack(sa.select(rows.c.fields)), None, now(), consent_basis="opt_in"
        )
    assert created == 20
    assert len(it.enrollments()) == 10
    with app.app_context(), acting_for(account_id):
        workflow_id = workflows.find_workflow(bob.actor, it.public_id).id
        assert source_counts.by_source(account_id, workflow_id) == {"trigger": 10}
        assert not counts.differences(account_id)


@pytest.mark.parametrize("kind", ["tag_added", "tag_removed"])
def test_tags_that_come_and_go(app: Flask, bob: Person, kind: str) -> None:
    one, other, aside = people(app, bob.actor, 3)
    it = started(app, bob, kind, tag="New lead")
    tag(app, bob, [one, other], "new lead")
    tag(app, bob, [aside], "Something else")
    assert sources(it) == ({(one, "trigger"): 1, (other, "trigger"): 1} if kind == "tag_added" else {})
    tag(app, bob, [one], "New lead", take=True)
    tag(app, bob, [one], "New lead", take=True)
    assert sources(it)[one, "trigger"] == 1, "it enters once"
    assert sources(it)[other, "trigger"] == (kind == "tag_added")


def test_a_field_changes_to_a_value(app: Flask, bob: Person) -> None:
    any_value = started(app, bob, "field_changed", field="contact.city")
    bristol = started(app, bob, "field_changed", field="contact.city", to="Bristol")
    [ann] = people(app, bob.actor, 1)

    def move_to(city: str) -> None:
        with app.app_context(), acting_for(bob.actor.account_id):
            contacts.edit_contact(
                bob.actor, ann, contacts.ContactChange(given={"city": city}), lambda _: None
            )

    move_to("Leeds")
    assert sources(any_value) == {(ann, "trigger"): 1} and not sources(bristol)
    move_to("Bristol")
    assert sources(bristol) == {(ann, "trigger"): 1}


def test_only_active_workflows_with_a_live_trigger_start(app: Flask, bob: Person) -> None:
    trigger = {"type": "contact_created", "enabled": False, "config": {}}
    off = campaign(app, bob.actor, *HELLO, name="Off", trigger=trigger)
    paused = started(app, bob, "contact_created")
    with app.app_context(), acting_for(bob.actor.account_id):
        workflows.pause(bob.actor, paused.public_id)
    ann = add(app, bob.actor, "ann@example.com")
    assert not sources(off) and not sources(paused)
    with app.app_context(), acting_for(bob.actor.account_id):
        workflows.activate(bob.actor, paused.public_id, workflows.Ask.NEVER)
    assert not sources(paused), "what happened meanwhile is not made up for"
    ben = add(app, bob.actor, "ben@example.com")
    assert sources(paused) == {(ben, "trigger"): 1} and ann != ben


def test_people_wait_in_a_workflow_that_has_not_been_started(app: Flask, bob: Person) -> None:
    trigger = {"type": "contact_created", "enabled": True, "config": {}}
    active(app, bob.actor, "Waiting", definition=definition(*HELLO, trigger=trigger))
    ann = add(app, bob.actor, "ann@example.com")
    with app.app_context(), acting_for(bob.actor.account_id):
        [found] = contacts_enrollments(bob, ann)
    assert found == "held"


def contacts_enrollments(bob: Person, contact_id: int) -> list[str]:
    return [one.enrollment.status for one in contact_enrollments(bob.actor, contact_id)]


def test_contacts_who_may_not_be_contacted_do_not_enter(app: Flask, bob: Person) -> None:
    it = started(app, bob, "tag_added", tag="Lead")
    one, other = people(app, bob.actor, 2)
    with app.app_context(), acting_for(bob.actor.account_id):
        contacts.unsubscribe(bob.actor, one)
    tag(app, bob, [one, other], "Lead")
    assert sources(it) == {(other, "trigger"): 1}


def test_other_accounts_are_left_alone(app: Flask, bob: Person, mallory: Person) -> None:
    it = started(app, bob, "contact_created")
    theirs = started(app, mallory, "contact_created")
    ann = add(app, bob.actor, "ann@example.com")
    assert sources(it) == {(ann, "trigger"): 1} and not sources(theirs)


def test_a_filter_on_a_field_that_is_gone_lets_nobody_in(app: Flask, bob: Person) -> None:
    with app.app_context(), acting_for(bob.actor.account_id):
        contacts.ensure_fields(bob.actor.account_id, ["Size"], None)
    filters = {"all": [rule("contact.custom.size", "is_empty")]}
    it = started(app, bob, "contact_created", filters=filters)
    with app.app_context(), acting_for(bob.actor.account_id), transaction():
        session().execute(sa.delete(CustomField).where(CustomField.account_id == bob.actor.account_id))
    add(app, bob.actor, "ann@example.com")
    assert not sources(it)


def test_one_workflow_starts_another_by_a_tag(app: Flask, bob: Person) -> None:
    second = started(app, bob, "tag_added", tag="Go")
    first = campaign(app, bob.actor, step("go", "add_tag", tag="Go"), name="First")
    ids = people(app, bob.actor, 3)
    first.enroll(ids)
    first.move()
    assert sources(second) == {(one, "trigger"): 1 for one in ids}
    assert first.numbers_are_right()


def test_a_loop_of_tags_is_cut_and_the_owner_is_told(app: Flask, bob: Person, alice: Person) -> None:
    """A loop that cannot be seen in the definitions: somebody takes the tag away again and again."""
    it = started(app, bob, "tag_added", step("note", "add_note", text="Hello"), tag="Ping")
    allow_again(app, bob)
    [one] = people(app, bob.actor, 1)
    for _ in range(MOST_A_DAY + 2):
        tag(app, bob, [one], "Ping")
        it.move(seconds=9)
        tag(app, bob, [one], "Ping", take=True)
    assert sources(it) == {(one, "trigger"): MOST_A_DAY}
    assert told(app, alice) == [(it.public_id, {"workflow": "On tag_added Ping", "contacts": 1})]


def test_what_is_rolled_back_starts_nothing(app: Flask, bob: Person) -> None:
    it = started(app, bob, "tag_added", tag="Lead")
    [one] = people(app, bob.actor, 1)
    account_id = bob.actor.account_id
    with pytest.raises(RuntimeError), app.app_context(), acting_for(account_id), transaction():
        contacts.hold_many(account_id, id_list([one]), to_change=True)
        contacts.tag_many(account_id, id_list([one]), contacts.ensure_tags(account_id, ["Lead"]), None, now())
        raise RuntimeError
    assert not sources(it)
    with app.app_context(), acting_for(account_id):
        query = sa.select(ContactEvent.kind).where(
            ContactEvent.account_id == account_id, ContactEvent.kind == "triggered"
        )
        assert not session().scalars(query).all()


def test_the_page_says_that_a_workflow_starts_by_itself(app: Flask, bob: Person) -> None:
    trigger = {"type": "tag_added", "enabled": True, "config": {"tag": "Lead"}}
    public_id = active(app, bob.actor, "Waiting", definition=definition(*HELLO, trigger=trigger))
    page = bob.get(f"/workflows/{public_id}").text
    assert "The trigger already adds people: when the tag “Lead” is added." in page
    started_page = bob.post(f"/workflows/{public_id}/people/start", {}, follow_redirects=True).text
    assert "everyone added from now on begins right away" in started_page
    assert "People enter by themselves: when the tag “Lead” is added." in started_page
    tag(app, bob, people(app, bob.actor, 2), "Lead")
    page = bob.get(f"/workflows/{public_id}").text
    assert page.count("Added by the trigger") == 1 and "hasn’t been started" not in page
    assert "Trigger" in bob.get(f"/workflows/{public_id}/people").text
    bob.post(f"/workflows/{public_id}/activation/removal", {})
    assert "its trigger adds nobody" in bob.get(f"/workflows/{public_id}").text
