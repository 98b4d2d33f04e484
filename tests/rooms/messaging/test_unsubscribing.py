"""The unsubscribe link of a message: looking changes nothing, one click is enough, and whoever clicked may
undo it (E-12, E-19, W-08)."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.application import change_business
from app.contacts.application import contact_card, descriptions_of, opt_out, reactivate
from app.contacts.infrastructure.tables import Contact
from app.contacts.presentation.time_line import lines_of
from app.messaging.application.opting_out import unsubscribing
from app.messaging.infrastructure.tables import Message
from app.platform.attempts import attempt_limiter
from app.platform.clock import now
from app.platform.database import session
from app.platform.tenancy import acting_for
from app.workflows.application import WorkflowChanges, update_workflow
from app.workflows.infrastructure.tables import Workflow
from tests.people import Person, sign_in
from tests.rooms.contacts.people import add
from tests.rooms.engine.moved import Campaign, campaign
from tests.rooms.home.test_business_details import PNG
from tests.rooms.messaging.messages import TOKEN, message, state_of
from tests.services.databases import Database
from tests.unit.workflows.documents import email, wait

LINK = f"/u/{TOKEN}"
NAMES = ("Welcome", "Offers")
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@dataclass
class Ada:
    """A contact in two workflows, who got a message of the first one; the next one is planned."""

    app: Flask
    alice: Person
    id: int
    welcome: Campaign
    other: Campaign
    planned: int
    planned_elsewhere: int

    def status(self) -> str:
        with self.app.app_context():
            return str(contact_card(self.alice.actor, self.id).contact.status)

    def is_in(self, of: Campaign) -> bool:
        return of.where()[self.id][0] == "active"

    def lines(self) -> list[str]:
        with self.app.test_request_context(), acting_for(self.alice.actor.account_id):
            card = contact_card(self.alice.actor, self.id)
            shown = lines_of(card, descriptions_of(self.alice.actor, card.events), {})
            return [line.text for line in shown]

    def messages(self) -> tuple[str, str]:
        """States of the planned messages of both workflows."""
        ids = (self.planned, self.planned_elsewhere)
        return state_of(self.app, self.alice.actor, ids[0]), state_of(self.app, self.alice.actor, ids[1])


@pytest.fixture
def app(database: Database, request: pytest.FixtureRequest) -> Flask:
    """The app, with `ada` in the database if the test asks for her."""
    database.define_with_people("unsubscribing", lambda: _make_ada(database.app))
    database.restore("unsubscribing" if "ada" in request.fixturenames else "people")
    return database.app


@pytest.fixture
def ada(app: Flask, alice: Person) -> Ada:
    with app.app_context(), acting_for(alice.actor.account_id):
        contact_id = session().scalars(sa.select(Contact.id)).one()
        ids = [session().scalars(sa.select(Workflow.public_id).filter_by(name=name)).one() for name in NAMES]
        planned = list(
            session().scalars(sa.select(Message.id).filter_by(state="planned").order_by(Message.id))
        )
    campaigns = [Campaign(app, alice.actor, public_id, now()) for public_id in ids]
    return Ada(app, alice, contact_id, *campaigns, *planned)


def _make_ada(app: Flask) -> None:
    actor = sign_in(app, "alice").actor
    contact_id = add(app, actor, "ada@example.com", first_name="Ada")
    steps = wait("pause", 2, "days"), email("again", "Again", "See you.")
    campaigns = [campaign(app, actor, *steps, name=name) for name in NAMES]
    for at, one in enumerate(campaigns):
        one.enroll([contact_id])
        one.move()
        given = {"token": f"{at}" * 32, "step_id": "again", "state": "planned", "settled_at": None}
        message(app, actor, one.public_id, contact_id, **given)
    message(app, actor, campaigns[0].public_id, contact_id)


def undo_on(page: Any) -> str:
    found = re.search(r'name="undo" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def test_looking_at_the_page_changes_nothing(ada: Ada, stranger: FlaskClient) -> None:
    for method in ("GET", "HEAD", "GET"):
        answer = stranger.open(LINK, method=method)
        assert answer.status_code == 200
    page = stranger.get(LINK)
    assert "Set-Cookie" not in page.headers
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "Agency" in page.text and "Welcome, Ada" in page.text
    assert "a•••@example.com" in page.text and "ada@example.com" not in page.text
    for private in ("csrf", "Muster", "/workflows", "Offers", "sign-in"):
        assert private not in page.text
    assert ada.status() == "active"
    assert ada.is_in(ada.welcome) and ada.is_in(ada.other)
    assert ada.messages() == ("planned", "planned")


@pytest.mark.parametrize("form", ["urlencoded", "multipart"])
def test_one_click_of_a_mail_program_unsubscribes_from_everything(
    ada: Ada, stranger: FlaskClient, form: str
) -> None:
    kind = "multipart/form-data" if form == "multipart" else "application/x-www-form-urlencoded"
    answer = stranger.post(LINK, data=ONE_CLICK, content_type=kind)
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert "Set-Cookie" not in answer.headers
    assert ada.status() == "unsubscribed"
    assert not ada.is_in(ada.welcome) and not ada.is_in(ada.other)
    assert ada.messages() == ("withdrawn", "withdrawn")
    assert ada.lines()[0] == "Unsubscribed: Unsubscribe link in “Welcome, Ada”"
    assert ada.welcome.numbers_are_right()


def test_the_contact_page_says_where_the_contact_unsubscribed(ada: Ada, stranger: FlaskClient) -> None:
    stranger.post(LINK, data=ONE_CLICK)
    page = ada.alice.get(f"/contacts/{ada.id}").text
    assert re.search(r"Unsubscribed on [^.]+ \(unsubscribe link in “Welcome, Ada”\)\.", page)


def test_clicking_again_changes_nothing_more(ada: Ada, stranger: FlaskClient) -> None:
    for _ in range(3):
        assert stranger.post(LINK, data=ONE_CLICK).status_code == 200
    for _ in range(2):
        page = stranger.post(LINK, data={"do": "all"})
        assert page.status_code == 200 and "You’re unsubscribed" in page.text
        assert 'name="undo"' not in page.text, "or whoever has the link could resubscribe the contact"
    assert len([line for line in ada.lines() if line.startswith("Unsubscribed")]) == 1
    page = stranger.get(LINK).text
    assert "You’re unsubscribed" in page and "<form" not in page


def test_unsubscribing_on_the_page_can_be_undone(ada: Ada, stranger: FlaskClient) -> None:
    before = {one.id: (one.due_at, one.waits_for, one.step_id) for one in ada.welcome.enrollments()}
    page = stranger.post(LINK, data={"do": "all"})
    assert "You’re unsubscribed" in page.text
    assert ada.status() == "unsubscribed"
    undone = stranger.post(LINK, data={"do": "undo", "undo": undo_on(page)})
    assert undone.status_code == 200 and "Undone" in undone.text
    assert ada.status() == "active"
    assert ada.is_in(ada.welcome) and ada.is_in(ada.other)
    assert ada.messages() == ("planned", "planned")
    after = {one.id: (one.due_at, one.waits_for, one.step_id) for one in ada.welcome.enrollments()}
    assert after == before, "they wait where they have waited, and no longer"
    assert "Resubscribed: Undo on the unsubscribe page" in ada.lines()
    assert ada.welcome.numbers_are_right() and ada.other.numbers_are_right()
    ada.welcome.move(days=3)
    assert ada.welcome.where()[ada.id][1] == "again"


def test_leaving_one_workflow(ada: Ada, stranger: FlaskClient) -> None:
    page = stranger.post(LINK, data={"do": "workflow"})
    assert page.status_code == 200
    assert ada.status() == "active"
    assert not ada.is_in(ada.welcome) and ada.is_in(ada.other)
    assert ada.messages() == ("withdrawn", "planned")
    assert ada.lines()[0] == "Left Welcome: Unsubscribe link in “Welcome, Ada”"
    assert "Stop these emails" not in stranger.get(LINK).text, "there are none that would follow"
    assert "Stop these emails" not in stranger.post(LINK, data={"do": "workflow"}).text

    undone = stranger.post(LINK, data={"do": "undo", "undo": undo_on(page)})
    assert "Undone" in undone.text
    assert ada.is_in(ada.welcome) and ada.messages() == ("planned", "planned")
    assert ada.lines()[0] == "Returned to Welcome: Undo on the unsubscribe page"
    assert ada.welcome.numbers_are_right()


def test_an_undo_leaves_what_was_done_before_with_the_same_link(ada: Ada, stranger: FlaskClient) -> None:
    stranger.post(LINK, data={"do": "workflow"})
    left_at = unsubscribed_at(ada)
    page = stranger.post(LINK, data={"do": "all"})
    stranger.post(LINK, data={"do": "undo", "undo": undo_on(page)})
    assert ada.status() == "active" and not ada.is_in(ada.welcome)
    assert left_at is not None and unsubscribed_at(ada) == left_at


def unsubscribed_at(ada: Ada) -> datetime | None:
    with ada.app.app_context(), acting_for(ada.alice.actor.account_id):
        mine = (Message.account_id == ada.alice.actor.account_id, Message.token == TOKEN)
        return session().scalar(sa.select(Message.unsubscribed_at).where(*mine))


def test_an_undo_works_once_and_only_for_its_message(ada: Ada, stranger: FlaskClient) -> None:
    first = undo_on(stranger.post(LINK, data={"do": "all"}))
    other = f"/u/{'0' * 32}"
    assert "no longer" in stranger.post(other, data={"do": "undo", "undo": first}).text
    assert ada.status() == "unsubscribed"
    for wrong in ("", "x", f"{first}x", first[::-1]):
        assert "no longer" in stranger.post(LINK, data={"do": "undo", "undo": wrong}).text
    assert ada.status() == "unsubscribed"
    stranger.post(LINK, data={"do": "undo", "undo": first})
    stranger.post(LINK, data=ONE_CLICK)
    assert "no longer" in stranger.post(LINK, data={"do": "undo", "undo": first}).text
    assert ada.status() == "unsubscribed"


def test_an_undo_is_not_possible_later(
    ada: Ada, stranger: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = undo_on(stranger.post(LINK, data={"do": "all"}))
    monkeypatch.setattr(unsubscribing, "UNDO_SECONDS", -1)
    page = stranger.post(LINK, data={"do": "undo", "undo": given})
    assert page.status_code == 200 and "can no longer be undone" in page.text
    assert ada.status() == "unsubscribed"


def test_an_undo_leaves_alone_what_has_changed_since(ada: Ada, stranger: FlaskClient) -> None:
    given = undo_on(stranger.post(LINK, data={"do": "all"}))
    with ada.app.app_context(), acting_for(ada.alice.actor.account_id):
        reactivate(ada.alice.actor, ada.id, "By phone")
        opt_out(ada.alice.actor.account_id, ada.id, "By phone", now() + timedelta(seconds=1))
    assert "no longer" in stranger.post(LINK, data={"do": "undo", "undo": given}).text
    assert ada.status() == "unsubscribed"


def test_who_is_in_the_workflow_again_is_in_it_once(ada: Ada, stranger: FlaskClient) -> None:
    given = undo_on(stranger.post(LINK, data={"do": "workflow"}))
    changes = WorkflowChanges(enroll_again=True)
    with ada.app.app_context(), acting_for(ada.alice.actor.account_id):
        update_workflow(ada.alice.actor, ada.welcome.public_id, changes)
    ada.welcome.enroll([ada.id])
    assert "Undone" in stranger.post(LINK, data={"do": "undo", "undo": given}).text
    assert [one.status for one in ada.welcome.enrollments()] == ["withdrawn", "active"]
    assert ada.welcome.numbers_are_right()


@pytest.mark.parametrize("token", ["f" * 32, "short", TOKEN.upper(), "%00", "x" * 5000, TOKEN + "0"])
def test_an_unknown_link_reveals_nothing(ada: Ada, stranger: FlaskClient, token: str) -> None:
    for answer in (
        stranger.get(f"/u/{token}"),
        stranger.post(f"/u/{token}", data=ONE_CLICK),
        stranger.get(f"/u/{token}/logo"),
    ):
        assert answer.status_code == 404
        assert "This link doesn’t work" in answer.text
        assert "Set-Cookie" not in answer.headers
        for private in ("Agency", "Muster", "sign-in", "example.com"):
            assert private not in answer.text
    assert ada.status() == "active"


def test_trying_links_is_limited_but_known_ones_are_not(ada: Ada, stranger: FlaskClient) -> None:
    with ada.app.app_context():
        attempt_limiter("unknown unsubscribe links").clear_memory()
    try:
        answers = [stranger.get(f"/u/{at:032x}").status_code for at in range(1, 63)]
        assert answers[:60] == [404] * 60 and answers[60:] == [429, 429]
        assert stranger.get(LINK).status_code == 200
        assert stranger.post(LINK, data=ONE_CLICK).status_code == 200, "mail programs share addresses"
    finally:
        with ada.app.app_context():
            attempt_limiter("unknown unsubscribe links").clear_memory()


def test_a_post_that_says_nothing_changes_nothing(ada: Ada, stranger: FlaskClient) -> None:
    for data in ({}, {"do": "everything"}, {"List-Unsubscribe": "yes"}):
        assert stranger.post(LINK, data=data).status_code == 422
    assert ada.status() == "active"


def test_whoever_is_signed_in_elsewhere_acts_for_the_contact(ada: Ada, mallory: Person) -> None:
    mallory.post(LINK, data=ONE_CLICK)
    assert ada.status() == "unsubscribed"


def test_a_contact_that_is_gone_is_unsubscribed(ada: Ada, stranger: FlaskClient) -> None:
    assert ada.alice.post(f"/contacts/{ada.id}/erasure", {"email": "ada@example.com"}).status_code < 400
    assert stranger.post(LINK, data=ONE_CLICK).status_code in (200, 404)
    assert stranger.post(LINK, data={"do": "all"}).status_code in (200, 404)


def test_the_page_shows_the_accounts_logo_and_address(
    ada: Ada, stranger: FlaskClient, postal_address: None
) -> None:
    assert "1 Quay Street" in stranger.get(LINK).text
    assert stranger.get(f"{LINK}/logo").status_code == 404
    with ada.app.app_context():
        change_business(ada.alice.actor, {}, logo=PNG)
    assert f'src="{LINK}/logo"' in stranger.get(LINK).text
    logo = stranger.get(f"{LINK}/logo")
    assert (logo.status_code, logo.mimetype, logo.data) == (200, "image/png", PNG)
    assert "sandbox" in logo.headers["Content-Security-Policy"]
