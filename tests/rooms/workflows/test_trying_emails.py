"""People send emails of workflows to themselves; these count as no messages (E-24)."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from app.messaging.infrastructure.tables import Message
from app.platform.database import session
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.bulk_enrollment.jobs import words_of
from tests.rooms.contacts.people import add
from tests.rooms.messaging.settings_page import PAGE, connect
from tests.rooms.workflows.drafts import draft
from tests.services.mail_server import MailServer, mail_server
from tests.unit.workflows.documents import definition, email, sms

BODY = "Welcome to [our site](https://example.com/shop). [Leave]({{ unsubscribe_link }})"


@pytest.fixture
def mails() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


@pytest.fixture
def page(app: Flask, bob: Person) -> str:
    steps = definition(email("hello", "Hi {{ contact.first_name }}", BODY), sms("text"))
    return f"/workflows/{draft(app, bob.actor, definition=steps)}/steps/hello/test"


def test_an_email_to_oneself(app: Flask, alice: Person, bob: Person, page: str, mails: MailServer) -> None:
    connect(alice, mails.port)
    alice.post(f"{PAGE}/sending", {"sending_paused": "y", "tracks_reactions": "y"})
    add(app, bob.actor, "ann@example.com", first_name="Ann")
    answer = bob.post(page, {"contact": "ann@example.com"})
    assert answer.status_code == 200 and "The mail server accepted the email" in answer.text
    [mail] = mails.received
    assert mail["To"] == f"Bob <{bob.actor.email}>" and mail["Subject"] == "[Test] Hi Ann"
    assert mail["List-Unsubscribe"] is None
    html = mail.get_body(("html",))
    assert html is not None
    text = html.get_content()
    assert 'href="https://example.com/shop"' in text, "links are not tracked"
    assert f"/u/{'0' * 32}" in text, "its link unsubscribes nobody"
    with app.app_context(), acting_for(bob.actor.account_id):
        assert session().scalars(sa.select(Message.id).where(Message.account_id == 1)).all() == []
    assert "sent themselves a test email of the workflow" in words_of(alice.get("/activity").text)
    bob.post(page, {"contact": ""})
    assert mails.received[1]["Subject"] == "[Test] Hi Nora"


def test_without_a_mail_server_it_is_shown(app: Flask, bob: Person, vera: Person, page: str) -> None:
    add(app, bob.actor, "ann@example.com", first_name="<b>Ann</b>")
    for person in (bob, vera):
        shown = person.get(f"{page}?contact=ann@example.com")
        assert "No mail server is connected" in shown.text and "Hi &lt;b&gt;Ann&lt;/b&gt;" in shown.text
        assert "Send me this message" not in shown.text
        frame = person.get(f"{page}/email?contact=ann@example.com")
        assert "Welcome to" in frame.text and "default-src 'none'" in frame.headers["Content-Security-Policy"]
    assert bob.post(page, {"contact": ""}).status_code == 409
    editor = page.removesuffix("/test")
    assert page in vera.get(editor).text


def test_what_was_typed_is_saved_before_it_is_tried(bob: Person, page: str) -> None:
    editor = page.removesuffix("/test")
    assert 'name="test" value="1"' in bob.get(editor).text
    typed = {"subject": "Typed just now", "body": BODY, "revision": "1", "test": "1"}
    refused = bob.post(editor, typed | {"subject": ""})
    assert refused.status_code == 422 and "our site" in refused.text
    answer = bob.post(editor, typed)
    assert answer.location == page and "Typed just now" in bob.get(page).text


def test_refusals(
    app: Flask, alice: Person, bob: Person, vera: Person, mallory: Person, page: str, mails: MailServer
) -> None:
    connect(alice, mails.port)
    theirs = add(app, mallory.actor, "eve@example.org")
    for who in ("eve@example.org", str(theirs), "nobody"):
        answer = bob.post(page, {"contact": who})
        assert answer.status_code == 422 and "No contact has this name, email address, or ID" in answer.text
    assert bob.get(f"{page}?contact=nobody").status_code == 422
    assert bob.get(f"{page}/email?contact=nobody").status_code == 422
    assert vera.post(page, {"contact": ""}).status_code == 403
    assert mallory.get(page).status_code == mallory.post(page, {"contact": ""}).status_code == 404
    assert bob.get(page.replace("/hello/", "/text/")).status_code == 404
    assert bob.get(page.replace("/hello/", "/gone/")).status_code == 404
    alice.post(f"{PAGE}/sending", {"only_to": "other@example.com"})
    refused = bob.post(page, {"contact": ""})
    assert refused.status_code == 409 and "Sending is limited to certain addresses" in refused.text
    assert mails.received == []
