"""Sub-accounts in the browser: creating one, and switching between accounts (P-03)."""

import re

import pytest
from flask import Flask

from app.accounts.application import open_accounts
from app.accounts.infrastructure import store
from app.platform.database import transaction
from tests.people import Person

ACCOUNTS = "/settings/accounts"


def current(person: Person) -> str:
    """The name of the account that a person works in."""
    [name] = re.findall(r'class="person-account">([^<]*)<', person.get(ACCOUNTS).text)
    return str(name)


def work_in(person: Person, account_id: int) -> None:
    """Switch to an account; the browser goes on with the token of a page made for it."""
    assert person.post(f"{ACCOUNTS}/switch", {"account": account_id}).status_code == 303
    token, *_ = re.findall(r'name="csrf_token" value="([^"]+)"', person.get(ACCOUNTS).text)
    person.browser.environ_base["HTTP_X_CSRFTOKEN"] = token


def test_a_sub_account_is_created_and_worked_in(app: Flask, alice: Person) -> None:  # P-03
    assert alice.post(ACCOUNTS, {"name": " North  <b>shop</b> "}).status_code == 303
    assert "North &lt;b&gt;shop" in alice.get(ACCOUNTS).text
    with app.app_context():
        made = open_accounts(alice.actor, limit=10).rows[-1]
    assert (made.name, made.is_sub_account, made.role) == ("North <b>shop</b>", True, "owner")
    work_in(alice, made.id)
    assert current(alice) == "North &lt;b&gt;shop&lt;/b&gt;"
    assert "New sub-account" not in alice.get(ACCOUNTS).text
    assert alice.post(ACCOUNTS, {"name": "Below"}).status_code == 409
    work_in(alice, alice.actor.account_id)
    assert current(alice) == "Agency"


def test_a_form_left_open_does_not_write_into_another_account(alice: Person, sam: Person) -> None:  # P-03
    left_open = alice.get("/workflows/new").text
    token, *_ = re.findall(r'name="csrf_token" value="([^"]+)"', left_open)
    work_in(alice, sam.actor.account_id)
    late = alice.post("/workflows/new", {"csrf_token": token, "name": "For the agency"})
    assert late.status_code == 400 and "This page has expired." in late.text
    assert alice.post("/workflows/new", {"name": "For the sub-account"}).status_code == 303
    assert "For the agency" not in alice.get("/workflows").text


def test_nobody_works_in_accounts_of_others(alice: Person, sam: Person, mallory: Person) -> None:  # P-03
    theirs = {alice.actor.account_id, sam.actor.account_id}
    for person, ids in ((mallory, theirs), (sam, {alice.actor.account_id, mallory.actor.account_id})):
        before = current(person)
        for account in (*ids, 0, "x", 2**63):
            assert person.post(f"{ACCOUNTS}/switch", {"account": account}).status_code == 404
        assert current(person) == before


@pytest.mark.parametrize("name", ["", "  ", "x" * 121])
def test_a_name_is_needed(alice: Person, name: str) -> None:
    answer = alice.post(ACCOUNTS, {"name": name})
    assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text


def test_marketers_and_viewers_create_none(bob: Person, vera: Person, sam: Person) -> None:  # P-04
    for person in (bob, vera):
        assert person.post(ACCOUNTS, {"name": "X"}).status_code == 403
        assert "New sub-account" not in person.get(ACCOUNTS).text
    assert sam.post(ACCOUNTS, {"name": "X"}).status_code == 409


def names(page: str) -> list[str]:
    """The names in the list of accounts."""
    return re.findall(r"<td><span>(?:<a [^>]*>)?([^<]*?) ?<", page)


def test_many_accounts_are_paged_and_searched(app: Flask, alice: Person, mallory: Person) -> None:  # P-03
    assert 'type="search"' not in alice.get(ACCOUNTS).text
    with app.app_context(), transaction():
        for number in range(60):
            store.add_account(f"Shop {number:02}", "standard", "UTC", "", alice.actor.account_id)
    first = alice.get(ACCOUNTS).text
    assert names(first)[:3] == ["Agency", "Branch", "Shop 00"] and "50 of 62 accounts" in first
    [following] = re.findall(r'rel="next" href="([^"]+)"', first)
    second = alice.get(following).text
    assert 'rel="next"' not in second and 'rel="prev"' in second
    assert names(first) + names(second) == [
        "Agency",
        "Branch",
        *(f"Shop {number:02}" for number in range(60)),
    ]
    assert names(alice.get(f"{ACCOUNTS}?q=SHOP+5").text) == [f"Shop {number}" for number in range(50, 60)]
    assert "No matching accounts" in alice.get(f"{ACCOUNTS}?q=%25").text
    others = alice.htmx("get", f"{ACCOUNTS}/others").text
    assert re.findall(r"<span>([^<]+)</span>", others) == [
        "Branch",
        *(f"Shop {number:02}" for number in range(4)),
    ]
    assert names(mallory.get(f"{ACCOUNTS}?q=Shop").text) == []
    assert "Shop" not in mallory.get(following).text + mallory.htmx("get", f"{ACCOUNTS}/others").text
    made = alice.post(ACCOUNTS, {"name": "Zoo"})
    assert names(alice.get(made.headers["Location"]).text) == ["Zoo"]
