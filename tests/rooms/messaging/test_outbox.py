"""The outbox: what was sent to whom, what it said, and decisions about what may have been sent (E-10, E-11,
E-13)."""

import re
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

import sqlalchemy as sa
from flask import Flask

from app.accounts.application import change_business
from app.activity.infrastructure.tables import AuditEntry
from app.contacts import application as contacts
from app.messaging.infrastructure.tables import Message
from app.platform.clock import now
from app.platform.database import db, is_sqlite, session, transaction
from app.platform.tenancy import acting_for
from tests.people import Person, Program
from tests.rooms.contacts.people import add
from tests.rooms.engine.enrolled import people
from tests.rooms.engine.moved import Campaign, campaign
from tests.rooms.home.test_business_details import PNG
from tests.rooms.messaging.mailing import go_on, messages, send
from tests.rooms.workflows.drafts import delete
from tests.unit.workflows.documents import email, sms, step

LAST = step("last", "add_tag", tag="Last")
BODY = "Dear {{ contact.first_name }}, **welcome** from {{ contact.city }} <script>alert(1)</script>"


def mailing(app: Flask, person: Person, count: int = 2, name: str = "Welcome") -> Campaign:
    """A campaign whose first email is planned."""
    it = campaign(app, person.actor, email("hello", "Hi {{ contact.first_name }}", BODY), LAST, name=name)
    it.enroll(people(app, person.actor, count))
    it.move()
    return it


def change(it: Campaign, numbers: list[int], **values: Any) -> None:
    """Change messages past the app, as a worker that died would have left them."""
    with it.app.app_context(), acting_for(it.actor.account_id), transaction():
        session().execute(
            sa.update(Message)
            .where(Message.account_id == it.actor.account_id, Message.id.in_(numbers))
            .values(**values)
        )


def doubt(it: Campaign, *numbers: int) -> list[int]:
    """Make messages uncertain; return their ids."""
    found = [messages(it)[number].id for number in numbers]
    change(it, found, state="uncertain", attempt=1, settled_at=None)
    return found


def listed(page: Any) -> list[str]:
    """The subjects, or what stands for them, in order."""
    return re.findall(r'<td class="clip"><a href="/messages/\d+">([^<]*)</a>', page.text)


def test_the_list_shows_what_was_sent_to_whom(app: Flask, bob: Person, vera: Person) -> None:
    it = mailing(app, bob)
    page = vera.get("/messages")
    assert listed(page) == ["Email, not written yet"] * 2
    go_on(it)
    page = vera.get("/messages")
    assert listed(page) == ["Hi P001", "Hi P000"], "the newest first"
    assert "P000" in page.text and "Kept here" in page.text
    assert "No mail server is connected" in page.text and "/settings/email" not in page.text
    assert f'href="/workflows/{it.public_id}"' in page.text
    assert 'href="/messages"' in vera.get("/contacts").text


def test_a_deleted_workflow_is_named_without_a_link(app: Flask, bob: Person, program: Program) -> None:
    it = mailing(app, bob, 1)
    go_on(it)
    [one] = messages(it)
    pages = ("/messages", f"/messages/{one.id}", f"/contacts/{one.contact_id}")
    link = f'href="/workflows/{it.public_id}"'
    assert all(link in bob.get(page).text for page in pages)
    assert program.get("/messages").json["data"][0]["workflow_id"] == it.public_id
    delete(app, bob.actor, it.public_id)
    shown = [bob.get(page).text for page in pages]
    assert all("Welcome" in page and link not in page for page in shown)
    assert listed(bob.get(f"/messages?workflow={it.public_id}")) == ["Hi P000"], "it can still be chosen"
    assert program.get("/messages").json["data"][0]["workflow_id"] is None


def test_an_empty_outbox_says_what_will_be_in_it(bob: Person) -> None:
    assert "No messages yet" in bob.get("/messages").text


def test_messages_are_filtered_by_state_and_workflow(app: Flask, bob: Person) -> None:
    first = mailing(app, bob, 1)
    go_on(first)
    second = campaign(app, bob.actor, email("hello", "Offers", "Now"), name="Offers")
    second.enroll([add(app, bob.actor, "ada@example.com")])
    second.move()
    assert listed(bob.get("/messages?view=sent")) == ["Hi P000"]
    assert listed(bob.get("/messages?view=planned")) == ["Email, not written yet"]
    assert listed(bob.get(f"/messages?workflow={first.public_id}")) == ["Hi P000"]
    assert listed(bob.get(f"/messages?workflow={second.public_id}&view=planned")) == [
        "Email, not written yet"
    ]
    assert "No messages match" in bob.get(f"/messages?workflow={second.public_id}&view=sent").text
    for view in ("problems", "unclear", "canceled"):
        assert listed(bob.get(f"/messages?view={view}")) == []
    assert len(listed(bob.get("/messages?view=nonsense"))) == 2
    page = bob.get("/messages").text
    assert page.index(">Offers</option>") < page.index(">Welcome</option>")


def test_messages_are_found_by_address_and_subject(app: Flask, bob: Person) -> None:
    it = mailing(app, bob, 3)
    go_on(it)
    assert listed(bob.get("/messages?q=p001@example.com")) == [], "no such contact and no such message"
    assert listed(bob.get("/messages?q=P1%40EXAMPLE.com")) == ["Hi P001"]
    assert listed(bob.get("/messages?q=hi+p00")) == ["Hi P002", "Hi P001", "Hi P000"]
    assert listed(bob.get("/messages?q=p2@")) == ["Hi P002"]
    assert listed(bob.get("/messages?q=100%25")) == []
    assert listed(bob.get("/messages?q=hi&view=planned")) == []
    with app.app_context():
        ada = next(one.contact_id for one in messages(it))
        contacts.change_contact(bob.actor, ada, {"email": "new@example.com"})
    assert listed(bob.get("/messages?q=p0@example.com")) == ["Hi P000"], "it was sent to this address"
    assert listed(bob.get("/messages?q=new@example.com")) == ["Hi P000"], "and belongs to this contact"


def test_every_message_is_on_one_page(app: Flask, bob: Person) -> None:
    it = mailing(app, bob, 60)
    go_on(it)
    of_workflow = f"workflow={it.public_id}"
    for filters in ("", "view=sent", "q=hi", of_workflow, f"{of_workflow}&view=sent"):
        forwards, last = pages_from(bob, f"/messages?{filters}", "next")
        assert [len(some) for some in forwards] == [25, 25, 10], filters
        in_order = [one for some in forwards for one in some]
        assert in_order == [f"Hi P{number:03}" for number in range(60)][::-1], filters
        assert pages_from(bob, last, "prev")[0] == forwards[::-1], filters


def pages_from(bob: Person, address: str, direction: str) -> tuple[list[list[str]], str]:
    """The messages listed on a page and on all that follow, and the address of the last."""
    found = []
    while True:
        page = bob.get(address)
        found.append(listed(page))
        link = re.search(rf'rel="{direction}" href="([^"]+)"', page.text)
        if link is None:
            return found, address
        address = link[1].replace("&amp;", "&")


def test_a_message_is_shown_as_it_was_sent(
    app: Flask, bob: Person, vera: Person, postal_address: None
) -> None:
    it = mailing(app, bob, 1)
    [planned] = messages(it)
    with app.app_context():
        contacts.change_contact(bob.actor, planned.contact_id, {"city": "Köln"})
    assert "As it would be sent now" in vera.get(f"/messages/{planned.id}").text
    go_on(it)
    with app.app_context():
        contacts.change_contact(bob.actor, planned.contact_id, {"first_name": "Grace", "city": "Rome"})
    page = vera.get(f"/messages/{planned.id}").text
    assert "Hi P000" in page and "p0@example.com" in page
    assert "Dear P000, welcome from Köln" in page and "Rome" not in page
    assert "As it would be sent now" not in page
    assert "no mail server is connected" in page
    for link in (
        f"/contacts/{planned.contact_id}",
        f"/workflows/{it.public_id}",
        f"/messages/{planned.id}/source",
    ):
        assert f'href="{link}"' in page
    html = vera.get(f"/messages/{planned.id}/email").text
    assert "<strong" in html and "Dear P000" in html and "1 Quay Street" in html


NEW_TABS = "allow-popups allow-popups-to-escape-sandbox"


def test_the_frame_of_an_email_runs_and_fetches_nothing(app: Flask, bob: Person) -> None:
    it = mailing(app, bob, 1)
    go_on(it)
    [message] = messages(it)
    frame = bob.get(f"/messages/{message.id}/email")
    policy = frame.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and policy.endswith(f"sandbox {NEW_TABS}")
    assert re.search(rf"img-src http://localhost/u/{message.token}/logo;", policy)
    assert "frame-ancestors 'self'" in policy and frame.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "<script" not in frame.text
    assert re.search(rf'<iframe [^>]* sandbox="{NEW_TABS}" ', bob.get(f"/messages/{message.id}").text)
    assert bob.get("/messages").headers["X-Frame-Options"] == "DENY"


def test_the_source_is_an_email(app: Flask, bob: Person) -> None:
    it = mailing(app, bob, 1)
    go_on(it)
    [message] = messages(it)
    answer = bob.get(f"/messages/{message.id}/source")
    assert answer.mimetype == "message/rfc822"
    assert f"message-{message.id}.eml" in answer.headers["Content-Disposition"]
    mail = cast(EmailMessage, message_from_bytes(answer.data, policy=default))
    assert mail["Subject"] == "Hi P000" and mail["To"].addresses[0].addr_spec == "p0@example.com"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message.token not in mail["Message-ID"]
    assert message.settled_at is not None
    assert mail["Date"].datetime == message.settled_at.replace(microsecond=0)
    page = bob.get(f"/messages/{message.id}").text
    assert "List-Unsubscribe-Post" in page and "Message-ID" in page


def test_an_erased_contacts_message_shows_nothing_of_it(app: Flask, bob: Person) -> None:
    it = mailing(app, bob, 1)
    go_on(it)
    [message] = messages(it)
    with app.app_context():
        contacts.erase_contact(bob.actor, message.contact_id)
    page = bob.get(f"/messages/{message.id}").text
    assert "deleted together with the contact" in page and "Deleted contact" in page
    for private in ("P000", "p0@example.com"):
        assert private not in page + bob.get("/messages").text + bob.get(f"/messages/{message.id}/email").text
    assert bob.get(f"/messages/{message.id}/source").status_code == 404


def test_a_text_message_is_shown(app: Flask, bob: Person) -> None:
    it = campaign(app, bob.actor, sms("hello", "Hi {{ contact.first_name }}"), LAST)
    it.enroll([add(app, bob.actor, phone="+49 30 1234567", first_name="Ada")])
    it.move()
    go_on(it)
    [message] = messages(it)
    page = bob.get(f"/messages/{message.id}").text
    assert "Text message" in page and "Hi Ada" in page and "<iframe" not in page
    assert listed(bob.get("/messages")) == ["Text message"]
    assert bob.get(f"/messages/{message.id}/source").status_code == 404


def test_messages_of_other_accounts_do_not_exist(
    app: Flask, bob: Person, mallory: Person, sam: Person
) -> None:
    it = mailing(app, bob, 1)
    [number] = doubt(it, 0)
    for person in (mallory, sam):
        assert listed(person.get("/messages")) == []
        assert listed(person.get(f"/messages?workflow={it.public_id}")) == []
        for part in ("", "/email", "/source"):
            assert person.get(f"/messages/{number}{part}").status_code == 404
        for act in ("sending", "counting"):
            assert person.post(f"/messages/{number}/{act}").status_code == 404
            person.post(f"/messages/{act}")
    assert [one.state for one in messages(it)] == ["uncertain"]


def test_a_viewer_decides_nothing(app: Flask, bob: Person, vera: Person) -> None:
    it = mailing(app, bob, 1)
    [number] = doubt(it, 0)
    for address in ("/messages/sending", "/messages/counting", f"/messages/{number}/sending"):
        assert vera.post(address).status_code == 403
    page = vera.get("/messages").text
    assert "1 message may or may not have gone out" in page and "Send again" not in page
    assert [one.state for one in messages(it)] == ["uncertain"]


def test_uncertain_messages_are_sent_again(app: Flask, bob: Person) -> None:
    it = mailing(app, bob, 3)
    doubt(it, 0, 1)
    page = bob.get("/messages").text
    assert "2 messages may or may not have gone out" in page and "nobody gets an email twice" in page
    assert bob.post("/messages/sending").status_code == 303
    assert "2 messages will be sent again now." in bob.get("/messages").text
    assert {one.state for one in messages(it)} == {"planned"}
    bob.post("/messages/sending")  # a second click
    it.at = now()
    send(it)
    assert {one.state for one in messages(it)} == {"sent"}
    it.move()
    assert set(it.where().values()) == {("completed", "last")}
    assert "may or may not" not in bob.get("/messages").text
    with app.app_context():
        query = sa.select(AuditEntry.facts).where(
            AuditEntry.account_id == bob.actor.account_id, AuditEntry.action == "messages_sent_again"
        )
        assert session().scalars(query).all() == [{"messages": 2}]


def test_uncertain_messages_count_as_sent(app: Flask, bob: Person) -> None:
    it = mailing(app, bob, 2)
    first, second = doubt(it, 0, 1)
    assert bob.post(f"/messages/{first}/counting").location == f"/messages/{first}"
    assert "1 message now counts as sent." in bob.get(f"/messages/{first}").text
    assert [one.state for one in messages(it)] == ["sent", "uncertain"]
    it.at = now()
    it.move()
    assert [state for state, _ in it.where().values()] == ["completed", "active"]
    bob.post("/messages/counting")
    bob.post("/messages/counting")
    it.at = now()
    it.move()
    assert [state for state, _ in it.where().values()] == ["completed", "completed"]
    assert messages(it)[1].id == second and messages(it)[1].answer == "You counted it as sent."
    assert f'href="/messages/{second}"' in bob.get(f"/contacts/{messages(it)[1].contact_id}").text
    assert it.numbers_are_right()


def test_who_has_left_is_not_sent_an_uncertain_message_again(app: Flask, bob: Person) -> None:
    it = mailing(app, bob, 2)
    doubt(it, 0, 1)
    with app.app_context():
        contacts.unsubscribe(bob.actor, messages(it)[0].contact_id)
    bob.post("/messages/sending")
    assert [one.state for one in messages(it)] == ["uncertain", "planned"]
    bob.post("/messages/sending")
    assert "contacts have left the workflow" in bob.get("/messages").text
    bob.post("/messages/counting")
    assert [one.state for one in messages(it)] == ["sent", "planned"]
    assert [state for state, _ in it.where().values()] == ["withdrawn", "active"]


def test_only_uncertain_messages_are_decided_about(app: Flask, bob: Person) -> None:
    it = mailing(app, bob, 1)
    go_on(it)
    [message] = messages(it)
    bob.post(f"/messages/{message.id}/sending")
    bob.post(f"/messages/{message.id}/counting")
    [after] = messages(it)
    assert (after.state, after.settled_at, after.answer) == ("sent", message.settled_at, message.answer)


def test_the_email_shows_the_accounts_logo(app: Flask, bob: Person, alice: Person) -> None:
    it = mailing(app, bob, 1)
    go_on(it)
    [message] = messages(it)
    assert "<img" not in bob.get(f"/messages/{message.id}/email").text
    with app.app_context():
        change_business(alice.actor, {}, logo=PNG)
    html = bob.get(f"/messages/{message.id}/email").text
    assert f'src="/u/{message.token}/logo"' in html


def test_each_list_has_its_index(app: Flask, bob: Person) -> None:
    it = mailing(app, bob, 250)
    by_state = "ix_messages_account_id_state_id"
    of_workflow = "ix_messages_account_id_workflow_id_state_id"
    assert by_state in plan_of_list(app, bob, "")
    assert by_state in plan_of_list(app, bob, "view=problems")
    assert of_workflow in plan_of_list(app, bob, f"workflow={it.public_id}")
    assert of_workflow in plan_of_list(app, bob, f"workflow={it.public_id}&view=unclear")
    assert "ix_messages_account_id_contact_id_id" in plan_of_list(app, bob, "q=p1@example.com")


def plan_of_list(app: Flask, bob: Person, filters: str) -> str:
    """How the database finds the messages of a list; it must not read all of them."""
    heard: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
        if "FROM messages" in statement and "LIMIT" in statement and "RECURSIVE" not in statement:
            heard.append((statement, values))

    with app.app_context():
        engine = db.engine
        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            bob.get(f"/messages?{filters}")
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)
        statement, values = heard[0]
        explain = "EXPLAIN QUERY PLAN" if is_sqlite() else "EXPLAIN"
        with engine.connect().execution_options(cross_account=True) as connection:
            rows = connection.exec_driver_sql(f"{explain} {statement}", values)
            plan = "\n".join(str(tuple(row)) for row in rows)
    assert "Seq Scan on messages" not in plan, plan
    return plan
