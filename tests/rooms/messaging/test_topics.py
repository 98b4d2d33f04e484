"""Emails about a topic: contacts stop it, and keep getting the others (E-19, W-08)."""

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.contacts import application as contacts
from app.contacts.application import topics
from app.contacts.infrastructure.tables import TopicStop
from app.messaging.application import results_by_step
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from app.workflows.application import find_workflow
from tests.people import Person, Program
from tests.rooms.bulk_enrollment.jobs import words_of
from tests.rooms.engine.enrolled import people
from tests.rooms.engine.moved import Campaign, campaign
from tests.rooms.messaging.mailing import go_on, messages, send
from tests.rooms.workflows.drafts import draft
from tests.unit.workflows.documents import definition, email, step

PAGE = "/settings/topics"
LAST = step("last", "add_tag", tag="Last")


@pytest.fixture(autouse=True)
def _topics(app: Flask, alice: Person) -> None:
    with app.app_context():
        for name in ("Newsletter", "Offers"):
            topics.create_topic(alice.actor, name)


def about(topic: str, step_id: str = "news", subject: str = "News") -> dict[str, Any]:
    made = email(step_id, subject)
    return {**made, "config": {**made["config"], "topic": topic}}


def mailing(app: Flask, alice: Person, *steps: dict[str, Any]) -> tuple[Campaign, int, str]:
    """A workflow whose first email was sent: (it, the contact, the link in that email)."""
    it = campaign(app, alice.actor, email("hello", "Hello"), *steps, LAST)
    [contact_id] = people(app, alice.actor, 1)
    it.enroll([contact_id])
    it.move()
    send(it)
    return it, contact_id, f"/u/{messages(it)[0].token}"


def stop(app: Flask, alice: Person, contact_id: int, *keys: str) -> None:
    account_id = alice.actor.account_id
    with app.app_context(), acting_for(account_id), transaction():
        assert topics.stop_topics(account_id, contact_id, keys, "Said so", now()) == sorted(keys)


def topic_id(app: Flask, alice: Person, name: str) -> int:
    with app.app_context():
        return next(one.id for one in topics.list_topics(alice.actor) if one.name == name)


def test_a_stopped_topic_is_asked_for_when_a_message_leaves(app: Flask, alice: Person) -> None:
    it, contact_id, _ = mailing(app, alice, about("newsletter"), about("offers", "offer", "An offer"))
    it.move()
    stop(app, alice, contact_id, "newsletter")  # planned already
    go_on(it)
    hello, news, offer = messages(it)
    assert [one.state for one in (hello, news, offer)] == ["sent", "skipped", "sent"]
    assert news.answer == "Skipped because the contact opted out of emails about “Newsletter”."
    assert set(it.where().values()) == {("completed", "last")}
    with app.app_context(), acting_for(alice.actor.account_id):
        counted = results_by_step(alice.actor.account_id, messages(it)[0].workflow_id)
    assert counted["news", "skipped"][0] == 1
    page = words_of(alice.get(f"/contacts/{contact_id}").text)
    assert "Topic opt-out: skipped an email" in page and "Stopped topics Newsletter" in page
    assert "Skipped" in words_of(alice.get("/messages?view=canceled").text)


def test_stopping_on_the_unsubscribe_page(app: Flask, alice: Person, stranger: FlaskClient) -> None:
    it, contact_id, _ = mailing(app, alice, about("newsletter"))
    go_on(it)
    link = f"/u/{messages(it)[1].token}"
    page = stranger.get(link).text
    assert re.search(r'value="newsletter" checked', page) and 'value="offers">' in page
    assert stranger.post(link, data={"do": "topics"}).status_code == 422
    answer = stranger.post(link, data={"do": "topics", "topic": ["newsletter", "made-up", "newsletter"]})
    assert "any more emails about: Newsletter." in words_of(answer.text)
    assert "already get no emails about: Newsletter" in words_of(stranger.get(link).text)
    contact = words_of(alice.get(f"/contacts/{contact_id}").text)
    assert "Stopped emails about “Newsletter”: Unsubscribe link in “News”" in contact
    assert "Can be contacted." in contact and "unsubscribe link in “News”" in contact
    [undo] = re.findall(r'name="undo" value="([^"]+)"', answer.text)
    again = stranger.post(link, data={"do": "topics", "topic": "newsletter"})
    assert 'name="undo"' not in again.text, "or whoever has the link could take it back"
    assert "nothing has changed" in stranger.post(link, data={"do": "undo", "undo": undo}).text
    assert "no longer be undone" in stranger.post(link, data={"do": "undo", "undo": undo}).text
    assert "already get no emails" not in stranger.get(link).text
    timeline = words_of(alice.get(f"/contacts/{contact_id}").text)
    assert "Resumed emails about “Newsletter”: Undo on the unsubscribe page" in timeline


def test_without_topics_the_page_offers_none(
    app: Flask, alice: Person, mallory: Person, stranger: FlaskClient
) -> None:
    _, _, link = mailing(app, alice)
    for name in ("Newsletter", "Offers"):
        alice.post(f"{PAGE}/{topic_id(app, alice, name)}/archive")
    assert "Some topics" not in stranger.get(link).text
    assert "<code>newsletter" not in mallory.get(PAGE).text


def test_an_archived_topic_is_no_longer_offered_but_still_counts(
    app: Flask, alice: Person, stranger: FlaskClient
) -> None:
    it = campaign(app, alice.actor, email("hello", "Hello"), about("newsletter"), LAST)
    stopped, other = people(app, alice.actor, 2)
    it.enroll([stopped, other])
    it.move()
    send(it)
    link = next(f"/u/{one.token}" for one in messages(it) if one.contact_id == other)
    stop(app, alice, stopped, "newsletter")
    page = f"{PAGE}/{topic_id(app, alice, 'Newsletter')}"
    assert 'value="newsletter"' in stranger.get(link).text
    assert alice.post(f"{page}/archive").status_code == 303
    assert 'value="newsletter"' not in stranger.get(link).text
    go_on(it)
    news = {one.contact_id: one.state for one in messages(it) if one.step_id == "news"}
    assert news == {stopped: "skipped", other: "sent"}
    assert alice.post(f"{page}/archive/removal").status_code == 303
    assert "archived the topic Newsletter" in words_of(alice.get("/activity").text)


def test_a_user_lets_a_contact_get_emails_again(app: Flask, alice: Person, vera: Person) -> None:
    _, contact_id, _ = mailing(app, alice)
    stop(app, alice, contact_id, "newsletter", "offers")
    assert vera.post(f"/contacts/{contact_id}/topics", {"topic": "offers"}).status_code == 403
    for _ in range(2):
        assert alice.post(f"/contacts/{contact_id}/topics", {"topic": "offers"}).status_code == 303
    with app.app_context(), acting_for(alice.actor.account_id):
        left = topics.stopped_topics(alice.actor.account_id, contact_id)
    assert [one.name for one in left] == ["Newsletter"]
    log = words_of(alice.get("/activity").text)
    assert log.count("resumed emails to") == 1 and "about “Offers”" in log


def test_topics_are_created_and_renamed(app: Flask, alice: Person, bob: Person) -> None:
    _, contact_id, _ = mailing(app, alice)
    stop(app, alice, contact_id, "offers")
    for name in ("", " newsletter ", "x" * 61):
        assert bob.post(PAGE, {"name": name}).status_code == 422
    assert bob.post(PAGE, {"name": "Новости"}).status_code == 303
    page = f"{PAGE}/{topic_id(app, alice, 'Offers')}"
    assert bob.post(page, {"name": "Newsletter"}).status_code == 422
    assert bob.post(page, {"name": "Deals"}).status_code == 303
    with app.app_context():
        known = {one.name: (one.key, one.stops) for one in topics.list_topics(alice.actor)}
    assert known["Deals"] == ("offers", 1) and re.fullmatch("topic-[0-9a-f]{8}", known["Новости"][0])
    assert "renamed the topic Deals (was “Offers”)" in words_of(alice.get("/activity").text)


def test_choosing_in_the_editor(app: Flask, bob: Person) -> None:
    public_id = draft(app, bob.actor, definition=definition(email("hello", "Hi")))
    page = f"/workflows/{public_id}/steps/hello"
    form = {"subject": "Hi", "body": "Text", "on_failure": "end", "revision": "1"}
    assert bob.post(page, form | {"topic": "Not a key"}).status_code == 422
    assert bob.post(page, form | {"topic": "elsewhere"}).status_code == 303
    assert "elsewhere (missing)" in bob.get(page).text
    activation = words_of(bob.get(f"/workflows/{public_id}/activation").text)
    assert "has the topic “elsewhere”, which you don’t have" in activation
    assert bob.post(page, form | {"topic": "offers", "revision": "2"}).status_code == 303
    with app.app_context():
        [chosen] = find_workflow(bob.actor, public_id).parsed.steps
    assert chosen.config["topic"] == "offers"
    assert "which you don’t have" not in words_of(bob.get(f"/workflows/{public_id}/activation").text)


def test_nothing_is_left_of_a_contact_that_is_erased(app: Flask, alice: Person) -> None:
    _, contact_id, _ = mailing(app, alice)
    stop(app, alice, contact_id, "newsletter")
    with app.app_context(), acting_for(alice.actor.account_id):
        contacts.erase_contact(alice.actor, contact_id)
        left = session().scalar(
            sa.select(sa.func.count()).where(TopicStop.account_id == alice.actor.account_id)
        )
    assert left == 0


def test_programs_see_what_contacts_have_stopped(app: Flask, alice: Person, program: Program) -> None:
    one, other = people(app, alice.actor, 2)
    before = program.get(f"/contacts/{one}")
    assert before.json["stopped_topics"] == []
    stop(app, alice, one, "newsletter", "offers")
    found = program.get(f"/contacts/{one}")
    assert [stopped["topic"] for stopped in found.json["stopped_topics"]] == ["newsletter", "offers"]
    assert found.json["stopped_topics"][0]["source"] == "Said so"
    assert found.headers["ETag"] != before.headers["ETag"]
    listed = {item["id"]: item["stopped_topics"] for item in program.get("/contacts").json["data"]}
    assert listed == {one: found.json["stopped_topics"], other: []}


def test_programs_list_and_create_topics(app: Flask, program: Program) -> None:
    made = program.post("/topics", {"name": "Product news"})
    assert made.status_code == 201 and made.json["key"] == "product-news"
    names = [one["name"] for one in program.get("/topics").json["data"]]
    assert names == ["Newsletter", "Offers", "Product news"]
    assert program.post("/topics", {"name": "offers"}).status_code == 422
