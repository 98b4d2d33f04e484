"""Settings > Forms lists what was entered in a form, with the consent text that people agreed to."""

import re
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.contacts import application as contacts
from app.contacts.infrastructure.tables import Contact
from app.forms.application import submitted
from app.forms.infrastructure import queries
from app.platform.database import db, is_sqlite, session, transaction
from app.platform.ids import new_public_id
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.bulk_enrollment.jobs import words_of
from tests.rooms.forms.forming import TEXTS, Signup, link_in, sending, signup


def plan(statement: str, values: Any) -> str:
    """How the database finds the rows of a statement."""
    with db.engine.connect().execution_options(cross_account=True) as connection:
        if is_sqlite():
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        else:
            for costly in ("seqscan", "sort"):
                connection.exec_driver_sql(f"SET LOCAL enable_{costly} = off")
            rows = connection.exec_driver_sql(f"EXPLAIN {statement}", values)
        return "\n".join(str(tuple(row)) for row in rows)


def listed(person: Person, address: str) -> list[str]:
    """The words of each row, newest first."""
    table = person.get(address).text.partition('id="submissions"')[2]
    return [words_of(row) for row in re.findall(r"<tr>(?:(?!</tr>).)*<td.*?</tr>", table, re.DOTALL)]


def page_of(form: Signup) -> str:
    return f"/settings/forms/{form.form_id}"


def test_what_people_agreed_to_can_be_seen(app: Flask, alice: Person, bob: Person, vera: Person) -> None:
    form = signup(app, bob)
    assert "No submissions yet" in bob.get(page_of(form)).text
    form.enter("ann@example.com")
    assert bob.post(page_of(form), TEXTS | {"consent_text": "I agree to more."}).status_code == 303
    form.enter("ben@example.com")
    ann = form.contacts()["ann@example.com"].id
    for person in (bob, vera):
        newest, older = listed(person, page_of(form))
        assert "ben@example.com" in newest and "I agree to more." in newest and "Not required" in newest
        assert "ann@example.com" in older and TEXTS["consent_text"] in older
        assert f'href="/contacts/{ann}"' in person.get(page_of(form)).text

    with app.app_context(), acting_for(form.account_id), transaction():
        session().execute(sa.delete(Contact).where(Contact.account_id == form.account_id, Contact.id == ann))
    assert f'href="/contacts/{ann}"' not in bob.get(page_of(form)).text
    assert "ann@example.com" in listed(bob, page_of(form))[1], "a contact that is gone is named still"


def test_whether_they_confirmed(app: Flask, alice: Person, bob: Person) -> None:
    with sending(app, alice) as server:
        form = signup(app, bob, double_opt_in="1")
        form.enter()
        form.send()
        [waiting] = listed(bob, page_of(form))
        assert (
            "Waiting" in waiting and "/contacts/" not in bob.get(page_of(form)).text.partition("<tbody>")[2]
        )
        form.browser.post(link_in(server))
        [confirmed] = listed(bob, page_of(form))
        assert "Waiting" not in confirmed and re.search(r"(20\d\d).*ann@example.com.*\1", confirmed)


def test_pages_of_submissions(app: Flask, bob: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submitted, "PAGE", 2)
    form = signup(app, bob)
    for number in range(1, 6):
        form.enter(f"p{number}@example.com")

    def on(address: str) -> str:
        return "".join(re.findall(r"p(\d)@", " ".join(listed(bob, address))))

    def link(address: str, rel: str) -> str:
        found = re.search(rf'rel="{rel}" href="([^"#]+)#submissions"', bob.get(address).text)
        return unescape(found[1]) if found else ""

    first = page_of(form)
    second = link(first, "next")
    third = link(second, "next")
    assert [on(first), on(second), on(third)] == ["54", "32", "1"]
    assert not link(first, "prev") and not link(third, "next")
    assert on(link(third, "prev")) == "32" and on(link(second, "prev")) == "54"
    assert on(f"{first}?before=x&after=%00") == "54"
    assert on(f"{first}?before={new_public_id()}") == "54"


def test_other_accounts_and_forms_have_their_own(
    app: Flask, alice: Person, bob: Person, mallory: Person
) -> None:
    ours, second, theirs = signup(app, bob), signup(app, bob, name="Other"), signup(app, mallory)
    ours.enter("ours@example.com")
    second.enter("second@example.com")
    theirs.enter("theirs@example.com")
    for person, form, address in (
        (bob, ours, "ours@"),
        (bob, second, "second@"),
        (mallory, theirs, "theirs@"),
    ):
        [row] = listed(person, page_of(form))
        assert address in row
    assert mallory.get(page_of(ours)).status_code == 404
    with app.app_context(), acting_for(theirs.account_id):
        assert not queries.submissions_page(theirs.account_id, ours.form_id, limit=5)


def test_erased_people_are_no_longer_listed(app: Flask, alice: Person, bob: Person) -> None:
    form = signup(app, bob)
    form.enter()
    with app.app_context(), acting_for(form.account_id):
        contacts.erase_contact(alice.actor, form.contacts()["ann@example.com"].id)
    assert listed(bob, page_of(form)) == []


def test_a_page_is_read_in_the_order_of_an_index(app: Flask, bob: Person) -> None:
    form, heard = signup(app, bob), []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
        if "FROM form_submissions" in statement and "LIMIT" in statement:
            heard.append((statement, values))

    with app.app_context():
        sa.event.listen(db.engine, "before_cursor_execute", note)
        try:
            submitted.submissions_of_form(bob.actor, form.form_id)
            submitted.submissions_of_form(bob.actor, form.form_id, before=new_public_id())
            submitted.submissions_of_form(bob.actor, form.form_id, after=new_public_id())
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", note)
        assert len(heard) == 3
        for statement, values in heard:
            found = plan(statement, values)
            index = "sqlite_autoindex_form_submissions_1" if is_sqlite() else "uq_form_submissions_account_id"
            assert index in found and "Sort" not in found and "TEMP B-TREE" not in found, found
