"""What is wrong with a criteria document, in the sentences that users see."""

from typing import Any

import pytest

from app.contacts.domain.criteria import FIELDS, KINDS, MAX_RULES, Field, Kind, criteria_problems
from app.contacts.domain.criteria.document import group_of, placed_rules, rules


def rule(field: str, op: Any, value: Any = None) -> dict[str, Any]:
    return {"field": f"contact.{field}", "op": op, "value": value}


CITY = rule("city", "equals", "Rome")


def problems(*members: Any) -> list[str]:
    return list(criteria_problems({"all": list(members)}))


TWO = "enter two numbers or two dates such as 2026-05-01."
DAYS = "enter a number of days, 1 or more."
DATE = "enter a date such as 2026-05-01."
CODE = "enter a two-letter country code, such as US."
STATUS = "enter active, bounced, unsubscribed, or blocked."


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (rule("custom.seats", "between", ["a", 2]), f"Seats is between: {TWO}"),
        (rule("custom.seats", "between", ["2026-05-01", 2]), f"Seats is between: {TWO}"),
        (rule("custom.seats", "between", [1]), "Seats is between: enter two values, from and to."),
        (rule("birthday", "between", "ab"), "Birthday is between: enter two values, from and to."),
        (rule("birthday", "between", ["2026-05-01", "x"]), f"Birthday is between: {DATE}"),
        (rule("birthday", "between", ["2026-05-01", None]), "Birthday is between: enter a value."),
        (rule("custom.seats", "greater", 10**12), "Seats is more than: enter a number."),
        (rule("custom.seats", "greater", 0.1234567), "Seats is more than: enter a number."),
        (rule("custom.seats", "greater", True), "Seats is more than: enter a number."),
        (rule("custom.seats", "less", "many"), "Seats is less than: enter a number."),
        (rule("custom.visit", "before", "soon"), f"Visit is before: {DATE}"),
        (rule("custom.visit", "after", 5), f"Visit is after: {DATE}"),
        (rule("created_at", "in_last_days", 36_501), f"Added on was in the last … days: {DAYS}"),
        (rule("created_at", "in_last_days", 0), f"Added on was in the last … days: {DAYS}"),
        (rule("created_at", "in_last_days", True), f"Added on was in the last … days: {DAYS}"),
        (rule("created_at", "in_last_days", "7"), f"Added on was in the last … days: {DAYS}"),
        (rule("created_at", "equals", "05/01/2026"), f"Added on is: {DATE}"),
        (rule("birthday", "after", "2026-02-30"), f"Birthday is after: {DATE}"),
        (rule("city", "equals", "\u200b"), "City is: enter a value."),
        (rule("city", "equals"), "City is: enter a value."),
        (rule("city", "equals", {"a": 1}), "City is: the value must be text or a number."),
        (rule("city", "equals", "x" * 201), "City is: the value is longer than 200 characters."),
        (rule("city", "in_list", ["x"] * 101), "City is one of: enter at most 100 values."),
        (rule("city", "in_list", []), "City is one of: enter at least one value, as a list."),
        (rule("city", "in_list", "Rome"), "City is one of: enter at least one value, as a list."),
        (rule("city", "in_list", ["Rome", ""]), "City is one of: enter a value."),
        (rule("tags", "has_any"), "Tags has any of: enter at least one value, as a list."),
        (rule("tags", "has_all", [["vip"]]), "Tags has all of: the value must be text or a number."),
        (rule("tags", "has_none", ["x"] * 101), "Tags has none of: enter at most 100 values."),
        (rule("phone", "contains", "(-)"), "Phone contains: enter a phone number."),
        (rule("country", "equals", "Germany"), f"Country is: {CODE}"),
        (rule("country", "equals", "Ä1"), f"Country is: {CODE}"),
        (rule("country", "in_list", ["DE", "U1"]), f"Country is one of: {CODE}"),
        (rule("country", "equals", 49), f"Country is: {CODE}"),
        (rule("status", "equals", "asleep"), f"Status is: {STATUS}"),
        (rule("status", "contains", "act"), "“contains” doesn’t work with Status."),
        (rule("tags", "equals", "vip"), "“is” doesn’t work with Tags."),
        (rule("city", "resembles", "x"), "“resembles” isn’t a valid operator for City."),
        (rule("city", "x" * 70, "x"), f"“{'x' * 60}” isn’t a valid operator for City."),
        (rule("city", ["equals"], "x"), "“list” isn’t a valid operator for City."),
        (rule("city", None), "“” isn’t a valid operator for City."),
        (rule("shoe", "equals", "x"), "The field “contact.shoe” doesn’t exist."),
        ({"op": "equals"}, "The field “” doesn’t exist."),
        ({"field": 7, "op": "equals"}, "The field “int” doesn’t exist."),
        (CITY | {"note": "x"}, "“note” isn’t part of a condition."),
        ({"every": [CITY]}, "“every” can’t join conditions. Use “all” or “any”."),
        ({"all": "x"}, "“all” must be a list of conditions."),
        ({"any": {}}, "“any” must be a list of conditions."),
        (
            {"all": [CITY], "any": [CITY]},
            "A group of conditions can use “all” or “any”, but not both.",
        ),
        ("city", "A condition needs a field, an operator, and a value."),
        (
            {"all": [{"all": [{"all": [{"all": [CITY]}]}]}]},
            "The conditions are nested more than 4 levels deep.",
        ),
    ],
)
def test_a_rule_that_does_not_fit(one, sentence):
    assert problems(CITY, one) == [sentence]


@pytest.mark.parametrize(
    "one",
    [
        CITY,
        rule("city", "is_empty"),
        rule("city", "equals", "x" * 200),
        rule("city", "equals", 5),
        rule("city", "equals", 5.5),
        rule("city", "in_list", ["x"] * 100),
        rule("phone", "contains", "0"),
        rule("country", "equals", "de"),
        rule("status", "in_list", ["active", "bounced", "unsubscribed", "blocked"]),
        rule("tags", "has_any", ["vip"]),
        rule("birthday", "between", ["2026-05-01", "2026-05-31"]),
        rule("created_at", "in_last_days", 1),
        rule("created_at", "in_last_days", 36_500),
        rule("custom.seats", "between", [1, "2.5"]),
        rule("custom.seats", "less", "2"),
        rule("custom.seats", "greater", 10**12 - 1),
        rule("custom.seats", "greater", 1 - 10**12),
        rule("custom.seats", "greater", 0.123456),
        rule("custom.visit", "between", ["2026-05-01", "2026-05-31"]),
        rule("custom.visit", "before", "2026-05-01T10:00"),
        rule("custom.plan", "equals", "Gold"),
        {"any": [CITY]},
        {"all": [{"all": [{"all": [CITY]}]}]},
    ],
)
def test_a_rule_that_fits(one):
    assert problems(CITY, one) == []


@pytest.mark.parametrize("criteria", [None, [], "x", {}, {"all": []}, {"any": [{"all": []}]}])
def test_at_least_one_rule_is_needed(criteria):
    assert list(criteria_problems(criteria)) == ["Add at least one condition."]


def test_no_rules_are_fine_where_criteria_are_optional():
    for criteria in (None, {}, {"all": []}):
        assert list(criteria_problems(criteria, may_be_empty=True)) == []
    assert list(criteria_problems([], may_be_empty=True)) == ["Add at least one condition."]


def test_the_number_of_rules_is_limited():
    assert problems(*[CITY] * MAX_RULES) == []
    assert problems(*[CITY] * MAX_RULES, {"any": [CITY]}) == ["There are 51 conditions; the maximum is 50."]


def test_every_problem_is_told():
    assert problems({"feld": "city", "op": "equals"}, {"any": [3, rule("city", "equals")]}) == [
        "“feld” isn’t part of a condition.",
        "The field “” doesn’t exist.",
        "A condition needs a field, an operator, and a value.",
        "City is: enter a value.",
    ]


def test_a_room_judges_the_values_of_its_own_fields(monkeypatch):
    def judge(value):
        return "" if value == "r1" else "choose a room."

    monkeypatch.setitem(KINDS, "room", Kind(("equals", "in_list"), problem=judge))
    monkeypatch.setitem(FIELDS, "room.stay", Field("room.stay", "Room", "room"))
    assert problems({"field": "room.stay", "op": "equals", "value": "r1"}) == []
    assert problems({"field": "room.stay", "op": "in_list", "value": ["r1", "r2"]}) == [
        "Room is one of: choose a room."
    ]


@pytest.mark.parametrize(
    ("criteria", "group"),
    [
        ({"all": [1]}, ("all", [1])),
        ({"any": [1]}, ("any", [1])),
        ({"all": [1], "any": [2]}, ("all", [1])),
        ({"any": "x"}, ("any", [])),
        ({"all": None}, ("all", [])),
        ({}, ("all", [])),
        ("any", ("all", [])),
        (None, ("all", [])),
    ],
)
def test_anything_can_be_read_as_a_group(criteria, group):
    assert group_of(criteria) == group


def test_rules_are_found_in_order_down_to_the_deepest_group():
    def nested(levels: int) -> dict[str, Any]:
        return {"any": [nested(levels - 1)]} if levels else rule("city", "equals", "deep")

    found = rules({"all": [CITY, 5, {"any": [rule("city", "is_empty")]}, {"op": "equals"}, nested(4)]})
    assert [(one.field, one.op, one.value) for one in found] == [
        ("contact.city", "equals", "Rome"),
        ("contact.city", "is_empty", None),
        ("contact.city", "equals", "deep"),
    ]
    assert list(rules({"all": [nested(5)]})) == []


def test_rules_are_found_with_their_places():
    criteria = {"all": [CITY, 5, {"any": [rule("city", "is_empty")]}]}
    assert [(one.op, place) for one, place in placed_rules(criteria, ("filters",))] == [
        ("equals", ("filters", "all", 0)),
        ("is_empty", ("filters", "all", 2, "any", 0)),
    ]
