"""Kinds of custom fields: which texts are values, how they are stored and shown, and which rules fit."""

# ruff: noqa: E501

import pytest

from app.contacts.domain import ValueStyle
from app.contacts.domain.fields import read_fields
from app.contacts.domain.own_fields import (
    OwnField,
    OwnKind,
    definition_problems,
    field_with,
    kind_problems,
    own_field_of,
    read_choices,
    read_own,
    shown_own,
    typed_rule,
)
from app.platform.text.dates import DateStyle


def field(kind: OwnKind, *choices: str, key: str = "plan") -> OwnField:
    return OwnField(key, "Plan", kind, choices, frozenset((key,)))


@pytest.mark.parametrize(
    ("text", "country", "stored"),
    [
        ("12", "US", "12"), ("-3.50", "US", "-3.5"), ("+7", "US", "7"), ("007", "US", "7"), ("0.000001", "US", "0.000001"),
        ("1,234.5", "US", "1234.5"), ("1.234,5", "DE", "1234.5"), ("1.234,5", "US", "1234.5"), ("1,5", "US", "1.5"),
        ("1.234", "DE", "1234"), ("1.234", "US", "1.234"), ("1,234", "US", "1234"), ("1,234", "DE", "1.234"),
        ("1 234 567", "FR", "1234567"), ("1\u202f234,56", "FR", "1234.56"), ("1’234.5", "CH", "1234.5"),
        ("1,234,567", "DE", "1234567"), ("−5", "US", "-5"), ("-0", "US", "0"), ("1.50", "", "1.5"), ("100", "XX", "100"),
        ("999999999999", "US", "999999999999"),
    ],
)  # fmt: skip
def test_numbers(text: str, country: str, stored: str) -> None:
    assert read_own(field(OwnKind.NUMBER), text, ValueStyle(country)) == stored


@pytest.mark.parametrize(
    "text",
    ["", "-", "abc", "12 kg", "1,23,4.5", "1.2.3", "1e5", "NaN", "Infinity", "--5", "5-", "1,2345.6", "٣",
     "1000000000000", "0.0000001", "1" * 500, "12,34,56"],
)  # fmt: skip
def test_texts_that_are_no_numbers(text: str) -> None:
    assert read_own(field(OwnKind.NUMBER), text, ValueStyle("US")) is None


def test_dates_yes_and_no_and_choices() -> None:
    style = ValueStyle("DE", DateStyle(False))
    assert read_own(field(OwnKind.DATE), "4.5.2026", style) == "2026-05-04"
    assert read_own(field(OwnKind.DATE), "May 4", style) is None, "without a year"
    assert read_own(field(OwnKind.DATE), "soon", style) is None
    for text, stored in (
        ("Yes", "yes"),
        ("JA", "yes"),
        ("0", "no"),
        ("nein", "no"),
        ("はい", "yes"),
        ("maybe", None),
    ):
        assert read_own(field(OwnKind.YES_NO), text, style) == stored
    plan = field(OwnKind.CHOICE, "Gold", "Silver plus")
    assert read_own(plan, " gold", style) == "Gold" and read_own(plan, "SILVER  PLUS", style) == "Silver plus"
    assert read_own(plan, "Bronze", style) is None


def test_values_that_do_not_fit_are_problems_and_not_values() -> None:
    own = {"seats": field(OwnKind.NUMBER, key="seats"), "plan": field(OwnKind.CHOICE, "Gold")}
    reading = read_fields({}, "US", {"seats": "many", "plan": "GOLD", "other": "x"}, own=own)
    assert reading.values["custom"] == {"plan": "Gold", "other": "x"}
    assert reading.problems == {"seats": "“many” isn’t a number. Enter it like 1234.50."}


def test_earlier_names_belong_to_a_field() -> None:
    tariff = OwnField("plan", "Tariff", aliases=frozenset(("plan", "tariff")))
    assert field_with("PLAN", [tariff]) is tariff and field_with("Tariff", [tariff]) is tariff
    assert field_with("Other", [tariff]) is None
    assert own_field_of("Größe (cm)").key == "grosse_cm"


def test_shown_values() -> None:
    assert shown_own(field(OwnKind.NUMBER), "1234.5") == "1,234.5"
    assert shown_own(field(OwnKind.NUMBER), "many") == "many"
    assert shown_own(field(OwnKind.DATE), "2026-05-04") == "May 4, 2026"
    assert shown_own(field(OwnKind.DATE), "soon") == "soon"
    assert (shown_own(field(OwnKind.YES_NO), "yes"), shown_own(None, "x")) == ("Yes", "x")


def test_definitions() -> None:
    assert definition_problems("Plan", "choice", ("Gold",)) == {}
    assert set(definition_problems("", "nonsense", ())) == {"label", "kind"}
    assert set(definition_problems("x" * 121, "choice", ())) == {"label", "choices"}
    assert set(definition_problems("Plan", "choice", ("x" * 101,))) == {"choices"}
    assert read_choices(" Gold \n\ngold\nSilver\r\n") == ("Gold", "Silver")


def test_rules_fit_the_kind() -> None:
    seats, vip = field(OwnKind.NUMBER, key="seats"), field(OwnKind.YES_NO, key="vip")
    assert (
        kind_problems([(seats, "greater", 5), (vip, "equals", "Yes"), (field(OwnKind.TEXT), "greater", 5)])
        == []
    )
    problems = kind_problems([(seats, "contains", "5"), (seats, "equals", "many"), (vip, "equals", "maybe")])
    assert len(problems) == 3 and all(one.endswith(".") for one in problems)
    rule = {"field": "contact.custom.seats", "op": "equals", "value": "5"}
    assert typed_rule(rule, seats)["value"] == 5
    assert typed_rule(rule | {"op": "in_list", "value": ["5", 1.5]}, seats)["value"] == [5, 1.5]
    assert typed_rule(rule | {"value": True}, vip)["value"] == "yes"
    assert typed_rule(rule, field(OwnKind.TEXT)) == rule
