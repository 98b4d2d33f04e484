"""Criteria that are changed because a field was merged or a person was erased."""

import pytest

from app.contacts.domain.criteria import criteria_problems
from app.contacts.domain.criteria.rewriting import with_field_moved, without_person
from app.platform.text.redacting import redacted_text

ANN, NUMBER = ["ann@example.com"], ["+4930901820"]


def rule(field: str, op: str, value: object = None) -> dict[str, object]:
    return {"field": f"contact.{field}", "op": op} | ({} if value is None else {"value": value})


def redacted(one: dict[str, object]) -> dict[str, object]:
    found = without_person({"any": [{"all": [one, rule("city", "equals", "Bonn")]}]}, ANN, NUMBER)
    assert list(criteria_problems(found)) == []
    changed, other = found["any"][0]["all"]
    assert other == rule("city", "equals", "Bonn")
    return changed


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (rule("email", "equals", "Ann@Example.com"), rule("email", "equals", "[erased]")),
        (rule("email", "not_equals", "ann@example.com"), rule("email", "not_equals", "[erased]")),
        (rule("email", "in_list", ["ann@example.com", "ben@x.org"]), rule("email", "in_list", ["ben@x.org"])),
        (rule("email", "in_list", ["ann@example.com"]), rule("email", "in_list", ["[erased]"])),
        (rule("search", "starts_with", "ann@example.com"), rule("search", "starts_with", "[erased]")),
        (
            rule("custom.referrer", "contains", "of ann@example.com"),
            rule("custom.referrer", "contains", "[erased]"),
        ),
        # Contacts with this value stay out, so the filter matches nobody instead of more contacts.
        (
            rule("custom.referrer", "not_equals", "ann@example.com"),
            rule("custom.referrer", "equals", "[erased]"),
        ),
        (rule("tags", "has_none", ["vip", "ann@example.com"]), rule("tags", "has_any", ["[erased]"])),
        (rule("tags", "has_all", ["vip", "ann@example.com"]), rule("tags", "has_all", ["[erased]"])),
        (rule("tags", "has_any", ["vip", "ann@example.com"]), rule("tags", "has_any", ["vip"])),
        (rule("phone", "equals", "030 90 18 20"), rule("phone", "equals", "[erased] 0")),
        (rule("phone", "starts_with", "+49 30 901820"), rule("phone", "equals", "[erased] 0")),
        (rule("phone", "not_equals", "+49 30 901820"), rule("phone", "not_equals", "[erased] 0")),
        (rule("phone", "in_list", ["030901820", "030901821"]), rule("phone", "in_list", ["030901821"])),
    ],
)
def test_the_person_is_no_longer_named(before, after):
    assert redacted(before) == after


@pytest.mark.parametrize(
    "other",
    [
        rule("email", "equals", "hann@example.com"),
        rule("email", "equals", "ann@example.com.au"),
        rule("email", "ends_with", "@example.com"),
        rule("email", "is_empty"),
        rule("phone", "starts_with", "+4930"),
        rule("phone", "equals", "030 901821"),
        rule("custom.number", "equals", 4930901820),
        rule("created_at", "in_last_days", 30),
    ],
)
def test_what_names_nobody_stays(other):
    assert redacted(other) == other


def test_names_of_segments():
    assert redacted_text("Friends of ANN@example.com", ANN) == "Friends of [erased]"
    assert redacted_text("Ask ann@example.com.", ANN) == "Ask [erased]."
    assert redacted_text("From ann@example.com.csv", ANN) == "From [erased].csv"
    for other in ("Friends", "hann@example.com", "ann@example.com.au"):
        assert redacted_text(other, ANN) == other


def test_a_merged_field():
    document = {
        "all": [rule("custom.seats", "equals", "1,000"), {"any": [rule("custom.seats_2", "is_empty")]}]
    }
    moved = with_field_moved(document, "seats", "places", lambda one: {**one, "value": 1000})
    assert moved == {
        "all": [rule("custom.places", "equals", 1000), {"any": [rule("custom.seats_2", "is_empty")]}]
    }
    assert document["all"][0] == rule("custom.seats", "equals", "1,000")
    for strange in (None, [], {"all": "x"}, {"all": [1, None]}):
        assert with_field_moved(strange, "a", "b", dict) == strange
        assert without_person(strange, ANN, NUMBER) == strange
