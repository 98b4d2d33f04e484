"""Settings > Forms: users create, change, archive, and restore forms."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade

from app.contacts import application as contacts
from app.contacts.application.custom_fields import create_field, field_list
from app.forms import application as forms
from app.forms.domain import details
from app.forms.infrastructure.tables import HostedForm
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from tests.people import Person
from tests.rooms.bulk_enrollment.jobs import words_of
from tests.rooms.engine.test_triggers import started
from tests.rooms.forms.forming import TEXTS, signup

PAGE = "/settings/forms"


def test_creating_and_changing(app: Flask, bob: Person) -> None:
    assert "No forms yet" in bob.get(PAGE).text
    new = bob.get(f"{PAGE}/new").text
    assert "I agree to receive emails from Agency." in new
    made = bob.post(f"{PAGE}/new", {"name": "Newsletter", **TEXTS, "ask-first_name": "required"})
    assert made.status_code == 303
    page = bob.get(made.location).text
    public = re.search(r"/f/[0-9a-f-]{36}", page)
    assert public and "&lt;iframe src=" in page and f"{public[0]}?embed" in page
    assert 'value="required"' in page
    assert 'name="first_name"' in app.test_client().get(public[0]).text

    changed = bob.post(
        made.location, {**TEXTS, "title": "Come in", "name": "Ignored", "ask-city": "optional"}
    )
    assert changed.status_code == 303
    shown = app.test_client().get(public[0]).text
    assert "Come in" in shown and 'name="city"' in shown and 'name="first_name"' not in shown
    assert "Newsletter" in bob.get(PAGE).text and "Ignored" not in bob.get(PAGE).text
    assert bob.post(f"{made.location}/archiving").status_code == 303
    assert "Archived" in bob.get(PAGE).text
    assert bob.post(f"{made.location}/restoring").status_code == 303
    log = words_of(bob.get("/activity").text)
    for done in ("created", "changed", "archived", "restored"):
        assert f"Bob {done} the form Newsletter" in log
    assert "changed the form Newsletter (heading, fields)" in log


def test_what_is_wrong_is_said(app: Flask, bob: Person) -> None:
    signup(app, bob)
    answer = bob.post(f"{PAGE}/new", {"name": "NEWSLETTER", **TEXTS})
    assert answer.status_code == 422 and "Another form has this name." in answer.text
    answer = bob.post(f"{PAGE}/new", {"name": "", "title": "", "consent_text": " "})
    assert answer.status_code == 422
    assert "Enter a name." in answer.text and "you can’t email them" in answer.text
    assert bob.post(f"{PAGE}/new", {"name": "a" * 81, **TEXTS, "title": "t" * 121}).status_code == 422


def test_default_texts_are_those_of_the_day(app: Flask, bob: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    form, own = signup(app, bob, button=""), signup(app, bob, name="Other", thanks="Welcome!")
    assert bob.post(f"{PAGE}/{form.form_id}", TEXTS | {"button": "Sign up", "thanks": ""}).status_code == 303
    monkeypatch.setitem(details.DEFAULTS, "thanks", "Thanks a lot.")
    monkeypatch.setitem(details.DEFAULTS, "button", "Count me in")
    assert "Count me in</button>" in form.browser.get(form.path).text
    assert "Thanks a lot." in form.enter().text
    assert "Welcome!" in own.enter().text
    assert "Thanks a lot." in bob.get(f"{PAGE}/{form.form_id}").text


def test_older_forms_with_default_texts_follow_the_default(app: Flask, bob: Person) -> None:
    older, own = signup(app, bob), signup(app, bob, name="Other", thanks="Welcome!")
    with app.app_context():
        downgrade(revision="0070_forms")
        with acting_for(bob.actor.account_id), transaction():
            form = (HostedForm.account_id == bob.actor.account_id, HostedForm.id == older.form_id)
            text = "Thank you. You’re signed up."
            session().execute(sa.update(HostedForm).where(*form).values(thanks=text))
        upgrade()
        texts = {one.name: one.details.thanks for one in forms.list_forms(bob.actor)}
    assert texts == {"Newsletter": "Thank you for signing up.", "Other": "Welcome!"}
    assert "Welcome!" in own.enter().text


def test_submissions_are_counted(app: Flask, bob: Person) -> None:
    form = signup(app, bob)
    for address in ("a@example.com", "b@example.com", "a@example.com"):
        form.enter(address)
    listed = re.search(r'data-label="Submissions"[^>]*>(\d+)<', bob.get(PAGE).text)
    assert listed and listed[1] == "3"


def test_viewers_look_only(app: Flask, bob: Person, vera: Person) -> None:
    form = signup(app, bob)
    assert vera.get(PAGE).status_code == vera.get(f"{PAGE}/{form.form_id}").status_code == 200
    assert vera.get(f"{PAGE}/new").status_code == 403
    for path, data in (("/new", TEXTS), (f"/{form.form_id}", TEXTS), (f"/{form.form_id}/archiving", {})):
        assert vera.post(f"{PAGE}{path}", data).status_code == 403


def test_a_field_that_a_form_asks_for_names_the_form(app: Flask, bob: Person) -> None:
    with app.app_context(), acting_for(bob.actor.account_id):
        create_field(bob.actor, "Size", "text", ())
        [own] = contacts.own_field_list(bob.actor.account_id)
        [listed] = field_list(bob.actor)
    signup(app, bob, {f"custom.{own.key}": "optional"})
    assert "The form Newsletter" in bob.get(f"/settings/fields/{listed.id}").text


def test_choosing_the_form_that_starts_a_workflow(app: Flask, bob: Person, vera: Person) -> None:
    it = started(app, bob, "form_submitted", form="newsletter")
    other = started(app, bob, "contact_created")
    signup(app, bob, name="Spring sale")
    page = f"/workflows/{it.public_id}/steps/trigger"
    assert f'"{page}"' in bob.get(f"/workflows/{it.public_id}").text
    shown = bob.get(page).text
    assert '<option value="Spring sale">' in shown and 'value="newsletter"' in shown
    revision = re.search(r'name="revision"[^>]*value="(\d+)"', shown)
    assert revision
    assert bob.post(page, {"form": "", "revision": revision[1]}).status_code == 422
    assert bob.post(page, {"form": "Spring sale", "revision": revision[1]}).status_code == 303
    assert bob.post(page, {"form": "Older", "revision": revision[1]}).status_code == 409
    assert "Spring sale" in bob.get(f"/workflows/{it.public_id}").text
    assert vera.post(page, {"form": "x", "revision": "1"}).status_code == 403
    assert bob.get(f"/workflows/{other.public_id}/steps/trigger").status_code == 404
