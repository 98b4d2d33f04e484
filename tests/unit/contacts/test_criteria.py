"""What each rule means for one contact (E-04), and how criteria are said and taken apart."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.contacts.domain.criteria import (
    MAX_RULES,
    Clock,
    Condition,
    Facts,
    Field,
    Group,
    HasKeys,
    TextIs,
    Unanswerable,
    criteria_problems,
    criteria_words,
    matches,
    parse,
    simple_parts,
)
from app.contacts.domain.criteria.countries import spellings_of
from app.platform.comparing import SCRIPTS, SQL_FUNCTIONS, day_text, fold_case, micro_number

NOW = datetime(2026, 3, 29, 22, 30, tzinfo=UTC)  # half past midnight of March 30 in Berlin
CLOCK = Clock(NOW, ZoneInfo("Europe/Berlin"))
ANN: dict[str, Any] = {
    "contact.first_name": "Änne",
    "contact.last_name": "",
    "contact.city": "50% ROM",
    "contact.email": "ann@example.com",
    "contact.email_domain": "example.com",
    "contact.phone": "+4915112345678",
    "contact.country": "Deutschland",
    "contact.birthday": date(1990, 4, 23),
    "contact.status": "active",
    "contact.tags": frozenset({"vip", "grösse l"}),
    "contact.created_at": datetime(2026, 3, 28, 23, 0, tzinfo=UTC),  # March 29 begins in Berlin
    "contact.updated_at": NOW - timedelta(days=2),
}
CUSTOM = {"plan": "Gold", "seats": "12.50", "visit": "2026-03-29T10:00", "note": "soon"}


def rule(field: str, op: str, value: Any = None) -> dict[str, Any]:
    name = field if "." in field and not field.startswith("custom") else f"contact.{field}"
    return {"field": name, "op": op, "value": value}


def meets(document: Any, **changes: Any) -> bool:
    values = ANN | {f"contact.{name}": value for name, value in changes.items()}
    assert list(criteria_problems(document)) == []
    return matches(parse(document, "DE"), Facts(values, CUSTOM, [*CUSTOM, "empty"]), CLOCK)


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


@pytest.mark.parametrize("one", YES, ids=str)
def test_rules_that_the_contact_meets(one):
    assert meets({"all": [one]})


@pytest.mark.parametrize("one", NO, ids=str)
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
    assert {"de", "germany", "deutschland", "allemagne"} <= set(spellings_of("de"))
    assert {"uk", "england", "great britain", "vereinigtes königreich"} <= set(spellings_of("GB"))
    assert spellings_of("ZZ")[-1] == "zz" or "zz" in spellings_of("ZZ")
    assert not set(spellings_of("AT")) & set(spellings_of("AU"))


def test_the_status_and_the_tag_are_taken_out_of_criteria():
    status, tag = rule("status", "equals", "active"), rule("tags", "has_all", ["VIP"])
    other = rule("city", "is_empty")
    parts = simple_parts(parse({"all": [{"any": [status]}, {"all": [tag, other]}]}))
    assert (parts.status, parts.tag, len(parts.rest.members)) == ("active", "vip", 1)
    for document in (
        {"any": [status, tag]},
        {"all": [rule("status", "not_equals", "active"), rule("tags", "has_none", ["VIP"])]},
        {"all": [rule("status", "in_list", ["active", "blocked"]), rule("tags", "has_any", ["a", "b"])]},
    ):
        parts = simple_parts(parse(document))
        assert (parts.status, parts.tag) == (None, None) and parts.rest.members
    twice = simple_parts(parse({"all": [status, rule("status", "equals", "blocked"), tag, tag]}))
    assert (twice.status, twice.tag, len(twice.rest.members)) == ("active", "vip", 2)


def test_parsed_criteria_are_plain_values():
    def criteria(city: str, *tags: str) -> Group:
        no_tags = {"any": [rule("tags", "has_none", list(tags))]}
        return parse({"all": [rule("city", "not_equals", city), no_tags]})

    assert [condition.test for condition in criteria("Rome", "A", "a").conditions()] == [
        TextIs("is", ("rome",), no=True),
        HasKeys("none", ("a",)),
    ]
    assert hash(criteria("Rome", "A", "a")) == hash(criteria("ROME", "a"))
    with pytest.raises(ValueError, match="no field"):
        parse({"all": [rule("contact.shoe", "equals", "x")]})


TWO = "enter two numbers or two dates such as 2026-05-01."
DAYS = "enter a number of days, 1 or more."


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (rule("custom.seats", "between", ["a", 2]), f"Seats is between: {TWO}"),
        (rule("custom.seats", "between", ["2026-05-01", 2]), f"Seats is between: {TWO}"),
        (rule("custom.seats", "greater", 10**12), "Seats is more than: enter a number."),
        (rule("custom.seats", "greater", 0.1234567), "Seats is more than: enter a number."),
        (rule("custom.seats", "greater", True), "Seats is more than: enter a number."),
        (rule("created_at", "in_last_days", 36_501), f"Added on was in the last … days: {DAYS}"),
        (rule("created_at", "in_last_days", 0), f"Added on was in the last … days: {DAYS}"),
        (rule("city", "equals", "\u200b"), "City is: enter a value."),
        (rule("city", "in_list", ["x"] * 101), "City is one of: enter at most 100 values."),
        (rule("phone", "contains", "(-)"), "Phone contains: enter a phone number."),
    ],
    ids=str,
)
def test_values_that_do_not_fit(one, sentence):
    assert list(criteria_problems({"all": [one]})) == [sentence]


def test_the_number_of_rules_is_limited():
    one = rule("city", "equals", "x")
    assert list(criteria_problems({"all": [one] * MAX_RULES})) == []
    assert list(criteria_problems({"all": [one] * (MAX_RULES + 1)})) != []


def test_criteria_in_words():
    either = {"any": [rule("last_activity_at", "in_last_days", 7), rule("tags", "is_empty")]}
    words = criteria_words({"all": [rule("country", "equals", "DE"), either]})
    assert words == "Country is Germany and (Last activity was in the last 7 days or has no tags)"
