"""What each rule means for one contact (E-04)."""

from datetime import date
from typing import Any

import pytest

from app.contacts.domain.criteria import (
    Condition,
    Facts,
    Field,
    Group,
    Unanswerable,
    matches,
    parse,
)
from app.contacts.domain.criteria.countries import spellings_of
from app.platform.text.comparing import SCRIPTS, SQL_FUNCTIONS, day_text, fold_case, micro_number
from tests.unit.contacts.criteria_documents import CLOCK, meets, rule

YES = [
    rule("first_name", "equals", "ÄNNE"),
    rule("first_name", "equals", "A\u0308NNE"),
    rule("first_name", "not_equals", "Anne"),
    rule("first_name", "in_list", ["x", "änne"]),
    rule("first_name", "contains", "NN"),
    rule("first_name", "starts_with", "Ä"),
    rule("first_name", "ends_with", "NE"),
    rule("first_name", "is_not_empty"),
    rule("last_name", "is_empty"),
    rule("last_name", "not_equals", "Lee"),
    rule("city", "contains", "% r"),
    rule("email", "equals", "Ann@Example.com"),
    rule("email", "ends_with", "@EXAMPLE.com"),
    rule("email_domain", "equals", "example.com"),
    rule("phone", "equals", "0151 12345678"),
    rule("phone", "starts_with", "+49 151"),
    rule("country", "equals", "de"),
    rule("country", "in_list", ["US", "DE"]),
    rule("country", "not_equals", "US"),
    rule("birthday", "equals", "1990-04-23"),
    rule("birthday", "before", "1990-04-24"),
    rule("birthday", "after", "1990-04-22"),
    rule("birthday", "between", ["1990-04-23", "1990-04-23"]),
    rule("birthday", "not_equals", "1990-04-24"),
    rule("time_zone", "equals", "america/new_york"),
    rule("time_zone", "starts_with", "America/"),
    rule("status", "equals", "active"),
    rule("status", "in_list", ["blocked", "active"]),
    rule("status", "not_equals", "blocked"),
    rule("tags", "has_any", ["Nobody", "VIP"]),
    rule("tags", "has_all", ["vip", "GRÖßE L"]),
    rule("tags", "has_none", ["Nobody"]),
    rule("tags", "is_not_empty"),
    rule("created_at", "equals", "2026-03-29"),
    rule("created_at", "after", "2026-03-28"),
    rule("created_at", "before", "2026-03-30"),
    rule("created_at", "in_last_days", 1),
    rule("updated_at", "in_last_days", 2),
    rule("custom.plan", "equals", "gold"),
    rule("custom.plan", "not_equals", "silver"),
    rule("custom.seats", "equals", 12.5),
    rule("custom.seats", "greater", 12),
    rule("custom.seats", "greater", "12.499999"),
    rule("custom.seats", "less", "12.500001"),
    rule("custom.seats", "between", [12.5, 13]),
    rule("custom.seats", "in_list", [1, 12.5]),
    rule("custom.seats", "not_equals", 12),
    rule("custom.empty", "not_equals", 12),
    rule("custom.empty", "is_empty"),
    rule("custom.visit", "between", ["2026-03-29", "2026-03-29"]),
    rule("custom.visit", "before", "2026-03-30"),
    rule("custom.visit", "in_last_days", 1),
]
NO = [
    rule("first_name", "equals", "Anne"),
    rule("first_name", "not_equals", "ÄNNE"),
    rule("first_name", "contains", "N%E"),
    rule("first_name", "starts_with", "n"),
    rule("first_name", "ends_with", "n"),
    rule("first_name", "is_empty"),
    rule("last_name", "is_not_empty"),
    rule("last_name", "contains", "x"),
    rule("email", "equals", "ann@example.org"),
    rule("phone", "equals", "0151 1234567"),
    rule("country", "equals", "AT"),
    rule("country", "not_equals", "DE"),
    rule("birthday", "before", "1990-04-23"),
    rule("birthday", "after", "1990-04-23"),
    rule("birthday", "between", ["1990-04-24", "1990-04-30"]),
    rule("birthday", "not_equals", "1990-04-23"),
    rule("birthday", "in_last_days", 36_500 // 4),
    rule("status", "not_equals", "active"),
    rule("tags", "has_all", ["vip", "Nobody"]),
    rule("tags", "has_none", ["Nobody", "Vip"]),
    rule("tags", "has_any", ["Grosse L"]),
    rule("tags", "is_empty"),
    rule("created_at", "after", "2026-03-29"),
    rule("created_at", "before", "2026-03-29"),
    rule("created_at", "equals", "2026-03-28"),
    rule("created_at", "not_equals", "2026-03-29"),
    rule("updated_at", "in_last_days", 1),
    rule("custom.seats", "greater", 12.5),
    rule("custom.seats", "less", 12.5),
    rule("custom.seats", "between", [13, 20]),
    rule("custom.seats", "not_equals", 12.5),
    rule("custom.plan", "greater", 0),
    rule("custom.plan", "not_equals", 12),
    rule("custom.note", "before", "2100-01-01"),
    rule("custom.visit", "after", "2026-03-29"),
    rule("custom.empty", "equals", "x"),
    rule("custom.empty", "less", 5),
    rule("custom.gone", "is_empty"),
    rule("custom.gone", "not_equals", "x"),
]


def spoken(one: dict[str, Any]) -> str:
    return f"{one['field'].removeprefix('contact.')}-{one['op']}"


@pytest.mark.parametrize("one", YES, ids=spoken)
def test_rules_that_the_contact_meets(one):
    assert meets({"all": [one]})


@pytest.mark.parametrize("one", NO, ids=spoken)
def test_rules_that_the_contact_does_not_meet(one):
    assert not meets({"any": [one]})


@pytest.mark.parametrize(
    ("op", "value"),
    [
        ("equals", "1604-02-29"),
        ("not_equals", "1990-01-01"),
        ("before", "2100-01-01"),
        ("after", "1500-01-01"),
    ],
)
def test_a_birthday_without_a_year_meets_no_rule_on_days(op, value):
    assert not meets({"all": [rule("birthday", op, value)]}, birthday=date(1604, 2, 29))
    assert meets({"all": [rule("birthday", "is_not_empty")]}, birthday=date(1604, 2, 29))
    assert not meets({"all": [rule("birthday", op, value)]}, birthday=date(1604, 12, 31))
    assert meets({"all": [rule("birthday", op, value)]}, birthday=None) == (op == "not_equals")


def test_groups_join_with_all_and_any():
    yes, no = rule("status", "equals", "active"), rule("status", "equals", "blocked")
    assert meets({"all": [yes, {"any": [no, yes]}]})
    assert not meets({"all": [yes, {"all": [yes, no]}]})
    assert meets({"any": [no, {"all": [yes, yes]}]})
    assert not meets({"any": [no, {"any": [no]}]})


def test_what_nobody_knows_is_neither_yes_nor_no():
    for op in ("is_empty", "is_not_empty"):
        with pytest.raises(Unanswerable) as raised:
            meets({"any": [rule("status", "equals", "active"), rule("contact.last_activity_at", op)]})
        assert raised.value.sentence == "Last activity can’t be used to filter contacts."
        assert str(raised.value) == raised.value.field.name == "contact.last_activity_at"


def test_an_amount_is_compared_as_a_number():
    amount = Field("event.amount", "Amount", "number")
    for op, value, answer in (("greater", 9.99, True), ("less", 10, False), ("equals", "10", True)):
        [condition] = parse({"all": [rule("custom.seats", op, float(value))]}).members
        assert isinstance(condition, Condition)
        group = Group("all", (Condition(amount, condition.test),))
        assert matches(group, Facts({"event.amount": 10}), CLOCK) == answer
        assert not matches(group, Facts({"event.amount": None}), CLOCK)


@pytest.mark.parametrize(
    "value", ["1,200", "", " ", "1e3", "+1", "1234567890123", "1.1234567", "٣", "--1", "1."]
)
def test_texts_that_are_no_numbers(value):
    assert micro_number(value) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [("-2.5", -2_500_000), ("0012", 12_000_000), ("-0.000001", -1), ("999999999999.999999", 10**18 - 1)],
)
def test_numbers_are_exact(text, number):
    assert micro_number(text) == number


def test_days_at_the_beginning_of_texts():
    for text in ("2026-05-01", "2026-05-01 10:00", "2026-05-01T10"):
        assert day_text(text) == "2026-05-01"
    for text in ("2026-05-01x", "2026-13-01", "26-05-01", " 2026-05-01"):
        assert day_text(text) is None


def test_letter_case_is_folded_letter_for_letter():
    assert fold_case("MÜNCHEN ΟΔΌΣ οδός ИВАН ĐẶNG") == "münchen οδόσ οδόσ иван đặng"
    assert fold_case("Straße İ 日本 ABC") == "straße İ 日本 abc"
    for script in SCRIPTS:
        assert fold_case(script.folded_from) == script.folded_to == fold_case(script.folded_to)
    assert SQL_FUNCTIONS["fold_case"](None) is None and SQL_FUNCTIONS["micro_number"]("2") == 2_000_000


def test_countries_are_written_in_many_ways():
    assert {"de", "deu", "germany", "deutschland", "allemagne"} <= set(spellings_of("de"))
    assert {"uk", "england", "great britain", "vereinigtes königreich"} <= set(spellings_of("GB"))
    assert spellings_of("ZZ")[-1] == "zz" or "zz" in spellings_of("ZZ")
    assert not set(spellings_of("AT")) & set(spellings_of("AU"))
