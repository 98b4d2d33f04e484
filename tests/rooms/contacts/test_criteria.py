"""Criteria are one language: SQL and Python give the same answer to every document (E-04, B-18)."""

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.accounts.infrastructure.tables import Account
from app.contacts import application as contacts
from app.contacts.domain.criteria import FIELDS, KINDS, NO_VALUE, Clock, matches
from app.platform.database import session, transaction
from tests.rooms.contacts import crowd
from tests.rooms.contacts.crowd import NOW
from tests.rooms.contacts.people import add
from tests.rooms.engine.enrolled import end, enroll, people
from tests.rooms.workflows.drafts import active

LISTS = ("in_list", "has_any", "has_all", "has_none")
NUMBERS = [0, -1, 12, 1.5, "1.5", "12", 999_999_999_999, "-0"]
DAYS = ["1604-02-29", "1990-04-23", "2026-03-28", "2026-03-29", "2026-03-30", "0001-01-01", "9999-12-31"]
PARTS = ["n", "a", "@", "p1", "Ä", "Σ", "example.com", "P1@Example.com"]
PHONES = ["+49", "0151 12345678", "+1 202 555 0143", "43"]
LETTERS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=3)
VALUES: dict[str, list[Any]] = {
    "country": ["DE", "US", "at", "ZZ"],
    "date": DAYS,
    "moment": DAYS,
    "number": NUMBERS,
    "tags": [*crowd.TAGS, "vip", "GRÖSSE L", "gröẞe l", "nobody’s"],
    "status": ["active", "unsubscribed", "bounced", "blocked"],
    "sms_consent": ["yes", "no", "unknown"],
    "text": [*(text for text in crowd.TEXTS if text.strip()), *PARTS],
    "custom": [*crowd.TEXTS, *NUMBERS],
    "search": ["ann", "ÄNN", "anna lee", "p1", "p1@", "+49151", "lee, anna", "ст", "%"],
}


def values_of(name: str, kind: str, op: str) -> list[Any]:
    """Single values that fit an operator of a field."""
    if kind == "custom" and op in ("greater", "less"):
        return NUMBERS
    if kind == "custom" and op in ("before", "after"):
        return DAYS
    return PHONES if name == "contact.phone" else VALUES[kind]


def rule_of(name: str, kind: str, op: str) -> st.SearchStrategy[dict[str, Any]]:
    """Rules with this field and operator."""
    value: st.SearchStrategy[Any]
    if op in NO_VALUE:
        value = st.none()
    elif op == "in_last_days":
        value = st.sampled_from([1, 2, 8, 401, 36_500])
    else:
        value = st.sampled_from(values_of(name, kind, op))
        if (
            kind in ("text", "custom")
            and op in ("contains", "starts_with", "ends_with")
            and "phone" not in name
        ):
            value |= LETTERS
        if op == "between":
            pools = [NUMBERS, DAYS] if kind == "custom" else [DAYS]
            value = st.sampled_from(pools).flatmap(
                lambda pool: st.lists(st.sampled_from(pool), min_size=2, max_size=2)
            )
        elif op in LISTS:
            value = st.lists(value, min_size=1, max_size=3)
    return value.map(lambda given: {"field": name, "op": op, "value": given})


def every_rule(workflows: list[str]) -> list[st.SearchStrategy[dict[str, Any]]]:
    """A strategy for each field with each of its operators."""
    VALUES["workflow"] = workflows
    fields = {name: field.kind for name, field in FIELDS.items() if name.startswith("contact.")}
    fields |= {f"contact.custom.{key}": "custom" for key in crowd.CUSTOM}
    return [rule_of(name, kind, op) for name, kind in fields.items() for op in KINDS[kind].operators]


def documents(rules: list[st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    def group(members: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
        lists = st.lists(members, min_size=1, max_size=4)
        return st.sampled_from(["all", "any"]).flatmap(lambda join: lists.map(lambda found: {join: found}))

    one = st.sampled_from(rules).flatmap(lambda rule: rule)
    return group(one | group(one | group(one)))


def asked_in_sql(account_id: int, document: Any) -> set[int]:
    return set(session().scalars(contacts.resolve_filter(account_id, document, NOW)))


@pytest.fixture
def account(app, bob):
    """Bob's account with a crowd in it: its id and the ids of its two workflows."""
    account_id = bob.actor.account_id
    in_germany = sa.update(Account).where(Account.id == account_id)
    with app.app_context():
        with transaction():
            session().execute(in_germany.values(time_zone="Europe/Berlin", country="DE"))
        yield account_id, crowd.crowd(bob.actor)


def test_sql_and_python_find_the_same_contacts(account):  # E-04
    account_id, workflows = account
    facts = contacts.facts_of(account_id, crowd.everybody(account_id))
    assert len(facts) == crowd.PEOPLE
    clock = Clock(NOW, contacts.zone_of(account_id))
    rules = every_rule(workflows)
    telling = 0

    def ask(document: Any) -> None:
        nonlocal telling
        criteria = contacts.criteria_for(account_id, document)
        in_python = {contact_id for contact_id, known in facts.items() if matches(criteria, known, clock)}
        assert asked_in_sql(account_id, document) == in_python
        telling += 0 < len(in_python) < len(facts)

    once = settings(max_examples=1, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    often = settings(once, max_examples=100)

    @often
    @given(documents(rules))
    def agree_on_trees(document: Any) -> None:
        ask(document)

    @once
    @given(st.tuples(*rules))
    def agree_on_every_rule(found: tuple[Any, ...]) -> None:
        for rule in found:
            ask({"all": [rule]})

    agree_on_every_rule()
    agree_on_trees()
    assert telling > 100  # yes to some and no to others


def listed(person, document: Any, **more: str) -> tuple[int, str]:
    """The answer of the list to a filter: status and page."""
    text = document if isinstance(document, str) else json.dumps(document)
    answer = person.get(f"/contacts?{urlencode({'filter': text, **more})}")
    return answer.status_code, answer.text


def test_the_list_takes_a_filter(app, bob):  # P-10, B-18
    add(app, bob.actor, "ann@example.com", first_name="Ann", city="MÜNCHEN", tags=["VIP"])
    add(app, bob.actor, "eve@example.com", first_name="Eve", city="München")
    add(app, bob.actor, "zoe@example.com", first_name="Zoe", city="Berlin", tags=["vip"])
    in_munich = {"all": [{"field": "contact.city", "op": "equals", "value": "münchen"}]}
    status, page = listed(bob, in_munich)
    assert status == 200 and "Ann" in page and "Eve" in page and "Zoe" not in page
    assert "City is münchen" in page and "Clear filter" in page
    status, page = listed(bob, in_munich, tag="VIP", status="active", q="a")
    assert status == 200 and "Ann" in page and "Eve" not in page and "Zoe" not in page
    status, page = listed(bob, {"any": [{"field": "contact.custom.shoe", "op": "is_empty"}]})
    assert status == 422 and "The custom field “shoe” doesn’t exist." in page and "Ann" not in page


def test_pages_of_a_filtered_list_keep_the_filter(app, bob):
    for number in range(60):
        add(app, bob.actor, f"p{number}@example.com", city="Rome" if number % 2 else "Oslo")
    rome = {"any": [{"all": [{"field": "contact.city", "op": "equals", "value": "rome"}]}]}
    _, page = listed(bob, rome)
    address = re.search(r'rel="next" href="([^"]+)"', page)[1].replace("&amp;", "&")
    assert len(re.findall(r'href="/contacts/\d+">', page)) == 25
    assert len(re.findall(r'href="/contacts/\d+">', bob.get(address).text)) == 5


UNKNOWN_WORKFLOW = "01a22253-1829-78ed-9ec8-b81021eea244"


def one_rule(field: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"all": [{"field": field, "op": op, "value": value}]}


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("{", "This filter isn’t valid JSON."),
        ("[" * 3000, "This filter isn’t valid JSON."),
        ('{"all": [{"field": "contact.city", "op": "equals", "value": "\\ud800"}]}', "isn’t valid JSON."),
        ('{"all": [{"field": "contact.city", "op": "equals", "value": NaN}]}', "isn’t valid JSON."),
        ("x" * 4001, "Filters can have up to 4,000 characters."),
        ([], "Add at least one condition."),
        ({"all": []}, "Add at least one condition."),
        (one_rule("contact.shoe", "equals", "1"), "The field “contact.shoe” doesn’t exist."),
        (one_rule("contact.city", "greater", 1), "“is more than” doesn’t work with City."),
        (one_rule("contact.phone", "equals", "x"), "Phone is: enter a phone number."),
        (one_rule("contact.city", "equals", " "), "City is: enter a value."),
        (one_rule("event.replied", "is_empty"), "Has replied to can’t be used to filter contacts."),
        (one_rule("event.amount", "less", 9), "Purchase amount can’t be used to filter contacts."),
        (one_rule("contact.in_workflow", "equals", "x"), "In workflow is: choose a workflow."),
        (one_rule("contact.in_workflow", "not_equals", UNKNOWN_WORKFLOW), "A workflow in this"),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_what_a_filter_cannot_ask_is_refused(app, bob, document, sentence):
    add(app, bob.actor, "ann@example.com", first_name="Ann")
    status, page = listed(bob, document)
    assert status == 422 and sentence in page and "Ann<" not in page


def test_a_filter_finds_nobody_by_the_workflows_of_others(app, bob, mallory):
    theirs = active(app, mallory.actor)
    rule = {"field": "contact.in_workflow", "op": "not_equals", "value": theirs}
    assert listed(bob, {"all": [rule]})[0] == 422


def test_people_are_found_by_the_workflows_they_are_and_were_in(app, bob):
    public_id = active(app, bob.actor)
    first, second, third = people(app, bob.actor, 3)
    enroll(app, bob.actor, public_id, [first, second])
    end(app, bob.actor, second, "withdrawn")

    def found(field: str, op: str) -> set[int]:
        document = {"all": [{"field": f"contact.{field}", "op": op, "value": public_id}]}
        with app.app_context():
            ids = asked_in_sql(bob.actor.account_id, document)
            criteria = contacts.criteria_for(bob.actor.account_id, document)
            facts = contacts.facts_of(bob.actor.account_id, [first, second, third], criteria)
            clock = Clock(NOW, contacts.zone_of(bob.actor.account_id))
            assert ids == {one for one, known in facts.items() if matches(criteria, known, clock)}
            return ids

    assert found("in_workflow", "equals") == {first}
    assert found("in_workflow", "not_equals") == {second, third}
    assert found("was_in_workflow", "equals") == {first, second}
    assert found("was_in_workflow", "is_empty") == {third}
    with app.app_context():
        rule = {"field": "contact.was_in_workflow", "op": "not_equals", "value": public_id}
        assert "Has never been in “" in contacts.filter_words(bob.actor.account_id, {"all": [rule]})


def test_a_filter_is_bound_to_its_account(app, bob, mallory):
    add(app, mallory.actor, "eve@example.com")
    with app.app_context():
        everybody = {"any": [{"field": "contact.email", "op": "is_not_empty"}]}
        assert asked_in_sql(bob.actor.account_id, everybody) == set()
