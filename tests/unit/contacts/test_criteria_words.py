"""How rules and groups of rules read on the page, also while they are unfinished."""

from typing import Any

import pytest

from app.contacts.domain.criteria import (
    FIELDS,
    KINDS,
    Field,
    Kind,
    country_words,
    criteria_words,
    day_words,
    field_label,
    register_fields,
    register_kind,
)


def rule(field: str, op: Any, value: Any = None) -> dict[str, Any]:
    return {"field": f"contact.{field}", "op": op, "value": value}


CITY, COMPANY = rule("city", "equals", "Rome"), rule("company", "is_empty")


def words(*members: Any) -> str:
    return criteria_words({"all": list(members)})


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (rule("city", "equals", "Rome"), "City is Rome"),
        (rule("city", "not_equals", "Rome"), "City is not Rome"),
        (rule("first_name", "contains", "nn"), "First name contains nn"),
        (rule("last_name", "starts_with", "L"), "Last name starts with L"),
        (rule("email", "ends_with", ".org"), "Email ends with .org"),
        (rule("phone", "is_empty"), "Phone is empty"),
        (rule("company", "is_not_empty"), "Company is not empty"),
        (rule("city", "in_list", ["Rome"]), "City is one of Rome"),
        (rule("city", "in_list", ["Rome", "Oslo"]), "City is one of Rome or Oslo"),
        (rule("city", "in_list", ["Rome", "Oslo", "Bern"]), "City is one of Rome, Oslo, or Bern"),
        (rule("country", "equals", "DE"), "Country is Germany"),
        (rule("country", "in_list", ["de", "US"]), "Country is one of Germany or United States"),
        (rule("status", "not_equals", "blocked"), "Status is not blocked"),
        (rule("birthday", "before", "1990-04-03"), "Birthday is before April 3, 1990"),
        (rule("created_at", "after", "2026-12-24"), "Added on is after December 24, 2026"),
        (rule("updated_at", "in_last_days", 30), "Last changed was in the last 30 days"),
        (
            rule("created_at", "between", ["2026-03-01", "2026-03-31"]),
            "Added on is between March 1, 2026 and March 31, 2026",
        ),
        (rule("custom.seats", "greater", 12.5), "Seats is more than 12.5"),
        (rule("custom.seats", "less", 0), "Seats is less than 0"),
        (rule("custom.seats", "between", [1, 20]), "Seats is between 1 and 20"),
        (rule("custom.renewal_day", "after", "2026-05-01"), "Renewal day is after May 1, 2026"),
    ],
)
def test_a_rule_in_words(one, sentence):
    assert words(one) == sentence


@pytest.mark.parametrize(
    ("op", "tags", "sentence"),
    [
        ("has_any", ["vip"], "Has the tag “vip”"),
        ("has_any", ["vip", "new"], "Has any of the tags “vip” or “new”"),
        ("has_all", ["vip"], "Has the tag “vip”"),
        ("has_all", ["vip", "new"], "Has all of the tags “vip” and “new”"),
        ("has_none", ["vip"], "Does not have the tag “vip”"),
        ("has_none", ["vip", "new", "old"], "Has none of the tags “vip”, “new”, or “old”"),
        ("has_any", "vip", "Has the tag “vip”"),
        ("has_any", ["vip", 3, None], "Has the tag “vip”"),
        ("is_empty", None, "Has no tags"),
        ("is_not_empty", None, "Has a tag"),
    ],
)
def test_rules_on_tags_in_words(op, tags, sentence):
    assert words(rule("tags", op, tags)) == sentence


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (rule("city", "equals", ""), "City is …"),
        (rule("city", "equals"), "City is …"),
        (rule("city", "equals", {"a": 1}), "City is …"),
        (rule("city", "in_list", ["Rome", None]), "City is one of Rome or …"),
        (rule("city", "in_list", ["Rome", ["Oslo"]]), "City is one of Rome"),
        (rule("created_at", "between"), "Added on is between …"),
        (rule("created_at", "between", ["2026-03-01"]), "Added on is between March 1, 2026"),
        (rule("created_at", "before", "soon"), "Added on is before soon"),
        (rule("created_at", "in_last_days"), "Added on was in the last … days"),
        (rule("country", "equals", "QQ"), "Country is QQ"),
        (rule("shoe", "equals", "x"), "An incomplete condition"),
        (rule("city", "resembles", "x"), "An incomplete condition"),
        (rule("tags", "equals", ["vip"]), "Is “vip”"),
        (rule("city", ["equals"], "x"), "An incomplete condition"),
        (rule("city", "in_list", []), "City is one of …"),
        (rule("city", "in_list", [[], []]), "City is one of …"),
        (rule("city", "in_list"), "City is one of …"),
        (rule("tags", "has_any", []), "Has any of the tags …"),
        (rule("tags", "has_all", [7, None]), "Has all of the tags …"),
        ({"field": "contact.city"}, "An incomplete condition"),
        ({"op": "equals"}, "An incomplete condition"),
        ({}, "No conditions yet"),
        ("city", "No conditions yet"),
    ],
)
def test_an_unfinished_rule_in_words(one, sentence):
    assert words(one) == sentence


@pytest.mark.parametrize("criteria", [None, [], "x", {}, {"all": []}, {"any": None}, {"all": [{"any": []}]}])
def test_no_rules_in_words(criteria):
    assert criteria_words(criteria) == "No conditions yet"


@pytest.mark.parametrize(
    ("criteria", "sentence"),
    [
        ({"all": [CITY, COMPANY]}, "City is Rome and Company is empty"),
        ({"any": [CITY, COMPANY]}, "City is Rome or Company is empty"),
        ({"all": [CITY, {"any": [COMPANY]}]}, "City is Rome and Company is empty"),
        ({"all": [{"any": []}, CITY, 7, None]}, "City is Rome"),
        (
            {"any": [CITY, {"all": [COMPANY, {"any": [CITY, CITY]}]}]},
            "City is Rome or (Company is empty and (City is Rome or City is Rome))",
        ),
        ({"all": [{"all": [{"all": [{"all": [CITY]}]}]}]}, "City is Rome"),
        ({"all": [{"all": [{"all": [{"all": [{"all": [CITY]}]}]}]}]}, "…"),
    ],
)
def test_groups_in_words(criteria, sentence):
    assert criteria_words(criteria) == sentence


def test_long_values_are_cut():
    assert words(rule("city", "equals", "x" * 81)) == f"City is {'x' * 80}"
    assert words(rule("custom.note", "equals", "x" * 81)) == f"Note is {'x' * 80}"
    numbers = [str(number) for number in range(101)]
    assert words(rule("city", "in_list", numbers)).endswith("97, 98, or 99")


def test_a_room_describes_the_rules_on_its_own_fields(monkeypatch):
    def describe(field, op, value, names):
        return f"{field.label}/{op}/{names.get(value, 'a deleted record')}"

    monkeypatch.setitem(KINDS, "room", Kind(()))  # so that both are taken out again
    monkeypatch.setitem(FIELDS, "room.stay", FIELDS["contact.city"])
    register_kind("room", Kind(("equals",), words=describe))
    register_fields(Field("room.stay", "stays in", "room"))
    one = {"field": "room.stay", "op": "equals", "value": "r1"}
    assert criteria_words({"all": [one]}, {"r1": "Blue"}) == "Stays in/equals/Blue"
    assert criteria_words({"all": [{"any": [one]}]}, {"r1": "Blue"}) == "Stays in/equals/Blue"
    assert criteria_words({"all": [one]}) == "Stays in/equals/a deleted record"


def test_days_and_countries_in_words():
    assert day_words("2026-03-03T10:00") == "March 3, 2026"
    assert [day_words(value) for value in ("03/03/2026", "2026-13-01", 5)] == [
        "03/03/2026",
        "2026-13-01",
        "5",
    ]
    assert [country_words(value) for value in ("de", "QQ", 5)] == ["Germany", "QQ", "5"]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("contact.created_at", "Added on"),
        ("contact.custom.shoe_size-eu", "Shoe size eu"),
        ("contact.custom.", "contact.custom."),
        ("contact.shoe", "contact.shoe"),
        (None, "a field"),
        ("", "a field"),
    ],
)
def test_labels_of_fields(name, label):
    assert field_label(name) == label
