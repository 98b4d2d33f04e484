"""Opens and clicks are recorded, and decide how people go on (E-06, E-18)."""

import re
from datetime import timedelta
from html import unescape
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.contacts import application as contacts
from app.engine.application.changing import moving
from app.engine.application.moving import move_due
from app.engine.infrastructure import positions
from app.messaging.application import tracking
from app.messaging.infrastructure.reactions.tables import Reaction
from app.messaging.infrastructure.tables import Message
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from app.workflows import application as workflows
from tests.people import Person
from tests.rooms.engine.enrolled import people
from tests.rooms.engine.moved import Campaign, campaign
from tests.rooms.engine.test_hearing import tag
from tests.rooms.engine.test_version_moves import change
from tests.rooms.messaging.mailing import go_on, messages
from tests.services.statements import listening
from tests.unit.workflows.documents import branch, email, goal, goals, path, rule, step, wait

LAST = step("last", "add_tag", tag="Last")
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
PAGE = "https://example.com/a?b=c&d=é"


def sent(
    app: Flask, bob: Person, *steps: dict[str, Any], count: int = 2, **given: Any
) -> tuple[Campaign, list[int]]:
    """A campaign whose first email was sent an hour ago."""
    it = campaign(app, bob.actor, *steps, **given)
    ids = people(app, bob.actor, count)
    it.enroll(ids)
    go_on(it)
    with app.app_context(), acting_for(bob.actor.account_id), transaction():
        mine = Message.account_id == bob.actor.account_id
        session().execute(sa.update(Message).where(mine).values(settled_at=now() - timedelta(hours=1)))
    return it, ids


def link(app: Flask, message: Message, address: str = PAGE) -> str:
    with app.app_context():
        return tracking.click_url(message.account_id, message.id, address)


def picture(app: Flask, message: Message) -> str:
    with app.app_context():
        return tracking.open_url(message.account_id, message.id)


def click(app: Flask, message: Message, address: str = PAGE, **headers: str) -> Any:
    return app.test_client().get(link(app, message, address), headers=headers or BROWSER)


def test_a_click_leads_on_and_is_recorded(app: Flask, bob: Person) -> None:
    it, _ = sent(app, bob, email("hello"), wait("pause"), count=1)
    [message] = messages(it)
    answer = click(app, message)
    assert (answer.status_code, answer.headers["Location"]) == (302, "https://example.com/a?b=c&d=%C3%A9")
    assert messages(it)[0].clicked_at is not None
    assert messages(it)[0].opened_at is None


def test_opening_is_recorded(app: Flask, bob: Person) -> None:
    it, _ = sent(app, bob, email("hello"), wait("pause"), count=1)
    [message] = messages(it)
    answer = app.test_client().get(picture(app, message), headers=BROWSER)
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (
        200,
        "image/gif",
        "no-store",
    )
    assert messages(it)[0].opened_at is not None
    assert app.test_client().get(f"/o/{'0' * 32}.gif", headers=BROWSER).status_code == 200


def test_links_find_their_message_in_one_account_or_in_all(app: Flask, bob: Person) -> None:
    """Links of earlier releases name no account, and anybody can change the number in one that does."""
    it, _ = sent(app, bob, email("hello"), wait("pause"), count=3)
    for message, name in zip(messages(it), ("", f"?a={2**62}", f"?a=1{'0' * 30}"), strict=True):
        for address in (link(app, message), picture(app, message)):
            assert address.endswith(f"?a={bob.actor.account_id}")
            app.test_client().get(address.partition("?")[0] + name, headers=BROWSER)
    assert all(one.clicked_at and one.opened_at for one in messages(it))
    with app.app_context(), listening(lambda text: "FROM messages" in text) as heard:
        click(app, messages(it)[0])
    assert heard and not [text for text, _ in heard if not re.search(r"account_id\)? = ", text)]


def test_a_changed_link_leads_nowhere(app: Flask, bob: Person) -> None:
    it, _ = sent(app, bob, email("hello"), wait("pause"), count=1)
    address = link(app, messages(it)[0]).partition("?")[0]
    for wrong in (address[:-1] + ("a" if address[-1] != "a" else "b"), "/c/nothing", "/c/", "/c/a.b.c"):
        assert app.test_client().get(wrong, headers=BROWSER).status_code == 404
    assert messages(it)[0].clicked_at is None


def test_branches_ask_who_has_clicked(app: Flask, bob: Person) -> None:
    asked = {"any": [rule("event.link_clicked", "equals", "hello")]}
    clicked = path("yes", "Clicked", asked, step("did", "add_tag", tag="Clicked"))
    fork = branch("asks", clicked, otherwise=[step("not", "add_tag", tag="Not clicked")])
    it, ids = sent(app, bob, email("hello"), wait("pause", 1, "days"), fork)
    click(app, messages(it)[0])
    go_on(it, days=1)
    assert [dict(it.passed(one))["asks"] for one in ids] == ["yes", "default"]


def test_another_workflow_with_the_same_step_does_not_count(app: Flask, bob: Person) -> None:
    asked = {"any": [rule("event.link_clicked", "is_not_empty")]}
    fork = branch("asks", path("yes", "Clicked", asked))
    other, ids = sent(app, bob, email("hello"), wait("pause", 9, "days"), count=1, name="Other")
    click(app, messages(other)[0])
    it = campaign(app, bob.actor, email("hello"), wait("pause", 1, "days"), fork, name="This")
    it.enroll(ids)
    go_on(it)
    go_on(it, days=1)
    assert ("asks", "default") in it.passed(ids[0])


@pytest.mark.parametrize("event", ["link_clicked", "email_opened"])
@pytest.mark.parametrize("meant", ["hello", ""])
def test_a_wait_ends_with_the_event(app: Flask, bob: Person, event: str, meant: str) -> None:
    timeout = {"amount": 3, "unit": "days"}
    waits = step("waits", "wait_for_event", event=event, step=meant, timeout=timeout)
    it, ids = sent(app, bob, email("hello"), waits, LAST)
    first, _ = messages(it)
    if event == "link_clicked":
        click(app, first)
    else:
        app.test_client().get(picture(app, first), headers=BROWSER)
    assert it.move(minutes=1) == 1
    assert [it.where()[one][0] for one in ids] == ["completed", "active"]


def test_what_came_before_the_wait_counts(app: Flask, bob: Person) -> None:
    timeout = {"amount": 3, "unit": "days"}
    waits = step("waits", "wait_for_event", event="link_clicked", step="hello", timeout=timeout)
    it, ids = sent(app, bob, email("hello"), wait("pause", 1, "days"), waits, LAST)
    click(app, messages(it)[0])
    go_on(it, days=1)
    assert [it.where()[one] for one in ids] == [("completed", "last"), ("active", "waits")]


def test_a_click_is_a_goal(app: Flask, bob: Person) -> None:
    reached = goals(goal("g", "link_clicked", step="hello"))
    it, ids = sent(app, bob, email("hello"), wait("pause"), goals=reached)
    click(app, messages(it)[1])
    assert [it.where()[one][0] for one in ids] == ["active", "goal_reached"]
    assert it.numbers_are_right()


def test_machines_do_not_count(app: Flask, bob: Person) -> None:
    timeout = {"amount": 3, "unit": "days"}
    waits = step("waits", "wait_for_event", event="link_clicked", step="hello", timeout=timeout)
    it, _ = sent(app, bob, email("hello"), waits, LAST, count=1)
    [message] = messages(it)
    assert click(app, message, **{"User-Agent": "curl/8.1"}).status_code == 302
    assert click(app, message, tracking.TRAP).status_code == 204
    assert it.move(minutes=1) == 0
    assert messages(it)[0].clicked_at is None
    with app.app_context(), acting_for(bob.actor.account_id):
        mine = Reaction.account_id == bob.actor.account_id
        assert list(session().scalars(sa.select(Reaction.by_machine).where(mine))) == [True, True]


def test_a_flood_is_not_recorded(app: Flask, bob: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracking, "MOST_REACTIONS", 3)
    it, _ = sent(app, bob, email("hello"), wait("pause"), count=1)
    assert [click(app, messages(it)[0]).status_code for _ in range(5)] == [302] * 5
    with app.app_context(), acting_for(bob.actor.account_id):
        mine = Reaction.account_id == bob.actor.account_id
        assert session().scalar(sa.select(sa.func.count()).where(mine)) == 3


def shown(alice: Person, message: Message) -> str:
    return str(alice.get(f"/messages/{message.id}/email").text)


def links(html: str) -> list[str]:
    return [unescape(address) for address in re.findall(r'href="([^"]*/c/[^"]*)"', html)]


READ = {"body": "Read [our news](https://example.com/news), or [leave]({{ unsubscribe_link }})."}


def test_clicks_in_kept_emails_count(app: Flask, alice: Person, vera: Person) -> None:
    it, _ = sent(app, alice, email("hello", **READ), wait("pause"), count=1)
    [message] = messages(it)
    assert "/c/" not in shown(vera, message), "who may only look clicks for nobody"
    _trap, news = links(shown(alice, message))
    assert app.test_client().get(news, headers=BROWSER).headers["Location"] == "https://example.com/news"
    assert messages(it)[0].clicked_at is not None
    page = alice.get(f"/messages/{message.id}").text
    assert "Clicked" in page and "https://example.com/news" in page and "1 time" in page
    assert "Clicked a link in an email of" in alice.get(f"/contacts/{message.contact_id}").text


def test_a_workflow_can_do_without(app: Flask, alice: Person) -> None:
    it, _ = sent(app, alice, email("hello", **READ), wait("pause"), count=1)
    [message] = messages(it)
    with app.app_context(), acting_for(alice.actor.account_id):
        workflow = workflows.find_workflow(alice.actor, it.public_id)
        form = {"name": workflow.name, "revision": str(workflow.revision)}
    assert alice.post(f"/workflows/{it.public_id}", form).status_code in (302, 303)
    assert "/c/" not in shown(alice, message) and "https://example.com/news" in shown(alice, message)


def test_all_goals_are_reached_by_the_last_one(app: Flask, bob: Person) -> None:
    reached = goals(goal("g", "link_clicked"), goal("t", "tag_added", tag="Buyer"), match="all")
    it, ids = sent(app, bob, email("hello"), wait("pause"), goals=reached)
    tag(app, bob, ids[:1], "Buyer")
    click(app, messages(it)[0])
    click(app, messages(it)[1])
    assert [it.where()[one][0] for one in ids] == ["goal_reached", "active"]
    tag(app, bob, ids[1:], "Buyer")
    assert it.where()[ids[1]][0] == "goal_reached"


def test_nobody_has_clicked_where_nothing_is_sent(app: Flask, bob: Person) -> None:
    asked = {"any": [rule("event.link_clicked", "is_not_empty")]}
    it = campaign(app, bob.actor, branch("asks", path("yes", "Clicked", asked), otherwise=[LAST]))
    ids = people(app, bob.actor, 1)
    it.enroll(ids)
    go_on(it)
    assert it.where()[ids[0]] == ("completed", "last")


def test_nothing_is_kept_of_whom_is_erased(app: Flask, alice: Person) -> None:
    it, ids = sent(app, alice, email("hello"), wait("pause"), count=1)
    click(app, messages(it)[0])
    with app.app_context(), acting_for(alice.actor.account_id):
        contacts.erase_contact(alice.actor, ids[0])
        assert (
            session().scalars(sa.select(Reaction).where(Reaction.account_id == alice.actor.account_id)).all()
            == []
        )


@pytest.mark.only_on("postgresql", "SQLite has one writer")
@pytest.mark.parametrize("how", ["to_a_new_version", "to_the_wait"])
def test_a_click_is_heard_that_comes_while_somebody_moves(app: Flask, bob: Person, how: str) -> None:
    """It waits for the move, and finds the enrollment where it stands then."""
    timeout = {"amount": 3, "unit": "days"}
    waits = step("waits", "wait_for_event", event="link_clicked", step="hello", timeout=timeout)
    account_id, then = bob.actor.account_id, (waits, LAST)
    pause = () if how == "to_a_new_version" else (wait("pause", 1, "hours"),)
    it, ids = sent(app, bob, email("hello"), *pause, *then, count=1)
    [message] = messages(it)
    clicking = Thread(target=click, args=(app, message))
    if how == "to_a_new_version":
        change(app, it, email("hello", "Hello again"), *then)
        with app.app_context():
            move_id = moving.start_move(it.actor, it.public_id, 2, {}).id
    with app.app_context(), acting_for(account_id), transaction():
        if how == "to_a_new_version":
            moving.move_people(account_id, move_id)
        else:
            it.at += timedelta(hours=2)
            [(_, version_id)] = positions.due_versions(it.at)
            move_due(account_id, version_id, it.at)
        clicking.start()
        _wait_for_a_lock(clicking)
    clicking.join(30)
    assert it.where()[ids[0]] == ("active", "waits")
    it.at = max(it.at, now())
    it.move()
    assert it.where()[ids[0]] == ("completed", "last")


def _wait_for_a_lock(thread: Thread) -> None:
    """Wait until a statement of the thread waits for a lock, or the thread has ended."""
    waiting = sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    for _ in range(3000):
        if not thread.is_alive() or session().scalar(waiting, execution_options={"cross_account": True}):
            return
        thread.join(0.01)
    raise AssertionError("the click neither waits nor ends")
