"""What an agency does with a sub-account: its name, its people, its limits (P-03)."""

import re

import sqlalchemy as sa
from flask import Flask

from app.accounts.application import change_limits, limit_of, maximum_limits, own_limits
from app.accounts.infrastructure import queries
from app.accounts.infrastructure.tables import Account
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from tests.people import EMAILS, Person
from tests.rooms.accounts.test_invitations import NEW, link_on, opened
from tests.rooms.accounts.test_sub_accounts import ACCOUNTS, current, work_in
from tests.rooms.accounts.test_two_factor import turn_on


def test_a_sub_account_is_renamed(alice: Person, bob: Person, sam: Person, mallory: Person) -> None:  # P-03
    page = f"{ACCOUNTS}/{sam.actor.account_id}"
    assert f'href="{page}"' in alice.get(ACCOUNTS).text and f'href="{page}"' not in bob.get(ACCOUNTS).text
    assert "sam@example.com" in alice.get(page).text
    assert alice.post(f"{page}/name", {"name": " North   shop "}).status_code == 303
    assert current(sam) == "North shop"
    log = re.sub(r"<[^>]+>", "", sam.get("/activity").text)
    assert "Alice updated the account “North shop” (name)" in log
    empty = alice.post(f"{page}/name", {"name": " "})
    assert empty.status_code == 422 and 'id="name-error"' in empty.text
    assert bob.get(page).status_code == 403
    for person in (sam, mallory):
        assert person.get(page).status_code == 404
        assert person.post(f"{page}/name", {"name": "Mine"}).status_code == 404
    assert alice.get(f"{ACCOUNTS}/{alice.actor.account_id}").status_code == 404


def test_a_person_is_invited_to_a_sub_account_alone(app: Flask, alice: Person, sam: Person) -> None:  # P-03
    page = f"{ACCOUNTS}/{sam.actor.account_id}"
    link = link_on(alice.post(f"{page}/invitations", {"email": "bea@example.com", "role": "marketer"}).text)
    assert "bea@example.com" in alice.get(page).text and "bea@example.com" in sam.get("/settings/team").text
    assert "bea@example.com" not in alice.get("/settings/team").text
    [invitation] = re.findall(r"/invitations/(\d+)/link", alice.get(page).text)
    acts = f"{page}/invitations/{invitation}"
    again = link_on(alice.post(f"{acts}/link").text)
    link = link_on(alice.post(f"{acts}/renewal").text)
    browser = app.test_client()
    assert browser.get(again).status_code == 404, "the newest link counts"
    assert sam.post(f"{acts}/revocation").status_code == 404
    assert alice.post(f"/settings/team/invitations/{invitation}/link").status_code == 404, (
        "not the agency’s own"
    )
    assert "to work in Branch as a marketer" in browser.get(link).text
    assert browser.post(link, data=opened(browser, link) | NEW).status_code == 303
    assert re.findall(r"<td><span>([^<]*?) ?<", browser.get(ACCOUNTS).text) == ["Branch"]
    assert "Bea Stone" in alice.get(page).text
    alice.post(f"{page}/invitations", {"email": "carl@example.com", "role": "viewer"})
    [other] = re.findall(r"/invitations/(\d+)/revocation", alice.get(page).text)
    assert alice.post(f"{page}/invitations/{other}/revocation").status_code == 303
    assert "carl@example.com</span>" not in alice.get(page).text
    known = alice.post(f"{page}/invitations", {"email": EMAILS["sam"], "role": "viewer"})
    assert known.status_code == 422 and "Sam is already in your team." in known.text


def test_two_factor_authentication_that_a_sub_account_requires_is_asked_of_its_agency(
    alice: Person, sam: Person
) -> None:  # P-03
    turn_on(sam)
    assert sam.post("/settings/security/account", {"required": "y"}).status_code == 303
    page = f"{ACCOUNTS}/{sam.actor.account_id}"
    answers = [
        alice.get(page),
        alice.post(f"{page}/name", {"name": "Mine"}),
        alice.post(f"{page}/invitations", {"email": "bea@example.com", "role": "owner"}),
        alice.post(f"{page}/limits", {"workflows": "7"}),
    ]
    for answer in answers:
        assert answer.status_code == 403
        assert "Branch requires two-factor authentication. Turn it on for yourself first." in answer.text
        assert 'href="/settings/security/two-factor"' in answer.text
    assert "bea@example.com" not in sam.get("/settings/team").text and current(sam) == "Branch"
    turn_on(alice)
    assert alice.get(page).status_code == 200


def test_limits_that_were_changed_since_they_were_read_stay(app: Flask, alice: Person) -> None:
    account_id, settings = alice.actor.account_id, app.extensions["settings"]
    with app.app_context(), acting_for(account_id):
        known = queries.account(account_id)
        assert known is not None and not known.limits
        rows = Account.__table__
        with transaction():  # as another process does, of which the session learns nothing
            session().execute(sa.update(rows).where(rows.c.id == account_id).values(limits={"workflows": 7}))
        change_limits(alice.actor, {"contacts_per_job": 500}, settings)
        assert own_limits(account_id) == {"workflows": 7, "contacts_per_job": 500}


def test_an_agency_limits_its_sub_account(app: Flask, alice: Person, sam: Person) -> None:  # P-03
    branch, settings = sam.actor.account_id, app.extensions["settings"]
    page = f"{ACCOUNTS}/{branch}"
    default = settings.max_contacts_per_job

    def limit() -> int:
        with app.app_context():
            most = settings.highest_contacts_per_job
            return limit_of(branch, "contacts_per_job", default, most)

    assert limit() == default
    assert alice.post(f"{page}/limits", {"contacts_per_job": "500", "workflows": "7"}).status_code == 303
    assert limit() == 500
    assert 'value="500"' in alice.get(page).text
    assert sam.post("/settings/limits", {"contacts_per_job": "501"}).status_code == 422
    assert sam.post("/settings/limits", {"contacts_per_job": "400"}).status_code == 303
    assert limit() == 400
    with app.app_context():
        assert maximum_limits(branch, settings)["workflows"] == 7
        assert maximum_limits(alice.actor.account_id, settings)["workflows"] > 7
    for text in ("0", "many", str(2**40)):
        wrong = alice.post(f"{page}/limits", {"contacts_per_job": text})
        assert wrong.status_code == 422 and 'id="contacts_per_job-error"' in wrong.text
    assert alice.post(f"{page}/limits", {}).status_code == 303
    assert limit() == 400, "its own limit stays"
    log = re.sub(r"<[^>]+>", "", alice.get("/activity").text)
    assert "updated the limits of the account “Branch” (workflows: 7; people per enrollment: 500)" in log
    work_in(alice, branch)
    assert alice.post(f"{page}/limits", {"workflows": "9"}).status_code == 404, (
        "a sub-account sets none for itself"
    )
