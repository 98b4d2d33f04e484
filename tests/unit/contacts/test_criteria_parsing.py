"""How criteria are parsed and taken apart (E-04)."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.contacts.domain.criteria import (
    FIELDS,
    DayIs,
    Facts,
    Field,
    Group,
    HasKeys,
    IsEmpty,
    NumberIs,
    TextIs,
    WithinDays,
    day_of,
    days_of,
    matches,
    moments_of,
    parse,
    simple_parts,
)
from app.contacts.domain.criteria.values import is_number
from tests.unit.contacts.criteria_documents import CLOCK, meets, rule


def test_the_status_and_the_tag_are_taken_out_of_criteria():
    status, tag = rule("status", "equals", "active"), rule("tags", "has_all", ["VIP"])
    other = rule("city", "is_empty")
    parts = simple_parts(parse({"all": [{"any": [status]}, {"all": [tag, other]}]}))
    assert parts == ("active", "vip", parse({"all": [other]}))
    for document in (
        {"any": [status, tag]},
        {"all": [rule("status", "not_equals", "active"), rule("tags", "has_none", ["VIP"])]},
        {"all": [rule("status", "in_list", ["active", "blocked"]), rule("tags", "has_any", ["a", "b"])]},
    ):
        parts = simple_parts(parse(document))
        assert (parts.status, parts.tag) == (None, None) and parts.rest.members
    twice = simple_parts(parse({"all": [status, rule("status", "equals", "blocked"), tag, tag]}))
    rest = parse({"all": [rule("status", "equals", "blocked"), tag]})
    assert twice == ("active", "vip", rest)


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


def test_clocks_begin_days_in_the_zone_of_the_account():
    assert CLOCK.today == date(2026, 3, 30)
    assert CLOCK.start_of(date(2026, 3, 29)) == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert CLOCK.start_of(date(2026, 3, 30)) == datetime(2026, 3, 29, 22, tzinfo=UTC), "summer time"
    assert CLOCK.start_of(date.min).year == 1 and CLOCK.start_of(date.max).year == 9998


@pytest.mark.parametrize(
    ("op", "value", "start", "end"),
    [
        ("equals", "2026-01-02", datetime(2026, 1, 1, 23), datetime(2026, 1, 2, 23)),
        ("between", ["2026-01-02", "2026-01-03"], datetime(2026, 1, 1, 23), datetime(2026, 1, 3, 23)),
        ("before", "2026-01-02", None, datetime(2026, 1, 1, 23)),
        ("after", "2026-01-02", datetime(2026, 1, 2, 23), None),
        ("in_last_days", 2, datetime(2026, 3, 27, 22, 30), datetime(2026, 3, 29, 22, 30, 0, 1)),
    ],
)
def test_days_are_moments_from_the_first_to_before_the_last(op, value, start, end):
    [condition] = parse({"all": [rule("created_at", op, value)]}).members
    found = moments_of(condition.test, CLOCK)
    assert found == tuple(one and one.replace(tzinfo=UTC) for one in (start, end))
    for edge, inside in ((start, True), (end, False)):
        if edge:
            edge = edge.replace(tzinfo=UTC)
            assert meets({"all": [rule("created_at", op, value)]}, created_at=edge) is inside
            just_before = edge - timedelta(microseconds=1)
            assert meets({"all": [rule("created_at", op, value)]}, created_at=just_before) is not inside


def test_the_last_days_are_today_and_those_before():
    [condition] = parse({"all": [rule("birthday", "in_last_days", 2)]}).members
    assert days_of(condition.test, CLOCK) == (date(2026, 3, 28), date(2026, 3, 30))
    for day, answer in ((27, False), (28, True), (30, True), (31, False)):
        assert meets({"all": [rule("birthday", "in_last_days", 2)]}, birthday=date(2026, 3, day)) is answer
    assert days_of(WithinDays(10**6), CLOCK)[0] == date.min


@pytest.mark.parametrize("field", ["birthday", "created_at"])
@pytest.mark.parametrize(
    ("op", "value", "answer"),
    [
        ("equals", "2026-01-02", False),
        ("not_equals", "2026-01-02", True),
        ("before", "2026-01-02", False),
        ("after", "2026-01-02", False),
        ("in_last_days", 7, False),
        ("is_empty", None, True),
        ("is_not_empty", None, False),
    ],
)
def test_a_missing_day_only_differs_from_days(field, op, value, answer):
    assert meets({"all": [rule(field, op, value)]}, **{field: None}) is answer


@pytest.mark.parametrize(
    ("op", "value", "test"),
    [
        ("greater", 2, NumberIs(low=2_000_001)),
        ("less", 2, NumberIs(high=1_999_999)),
        ("between", [1, 2], NumberIs(1_000_000, 2_000_000)),
        ("equals", 2, NumberIs(numbers=(2_000_000,))),
        ("not_equals", 2, NumberIs(numbers=(2_000_000,), no=True)),
        ("in_list", [1, 2], NumberIs(numbers=(1_000_000, 2_000_000))),
        ("in_list", [1, "2"], TextIs("is", ("1", "2"))),
        ("equals", "2", TextIs("is", ("2",))),
        ("between", ["1", "2"], NumberIs(1_000_000, 2_000_000)),
        ("between", ["2026-01-02", "2026-01-03"], DayIs(date(2026, 1, 2), date(2026, 1, 3))),
        ("before", "2026-01-02", DayIs(last=date(2026, 1, 1))),
        ("after", "2026-01-02", DayIs(first=date(2026, 1, 3))),
        ("before", "0001-01-01", DayIs(last=date.min)),
        ("after", "9999-12-31", DayIs(first=date.max)),
        ("in_last_days", 7, WithinDays(7)),
        ("not_equals", " Gold ", TextIs("is", ("gold",), no=True)),
        ("starts_with", "G", TextIs("starts_with", ("g",))),
        ("is_empty", None, IsEmpty()),
        ("is_not_empty", None, IsEmpty(no=True)),
    ],
)
def test_operator_and_value_say_how_a_custom_field_is_compared(op, value, test):
    [condition] = parse({"all": [rule("custom.any", op, value)]}).members
    assert (condition.custom, condition.test) == ("any", test)


@pytest.mark.parametrize(
    ("op", "how", "keys"),
    [("equals", "any", ("7",)), ("in_list", "any", ("7", "8")), ("not_equals", "none", ("7",))],
)
def test_fields_of_other_rooms_are_sets_of_ids(monkeypatch, op, how, keys):
    monkeypatch.setitem(FIELDS, "room.stay", Field("room.stay", "Room", "room"))
    value = list(keys) if op == "in_list" else keys[0]
    group = parse({"all": [{"field": "room.stay", "op": op, "value": value}]})
    assert [condition.test for condition in group.conditions()] == [HasKeys(how, keys)]
    for held, answer in (({"7"}, how == "any"), ({"9"}, how == "none"), ((), how == "none")):
        assert matches(group, Facts({"room.stay": held}), CLOCK) is answer


@pytest.mark.parametrize(
    ("field", "op", "value", "texts"),
    [
        ("email", "equals", "Ann@Bücher.example.de", ("ann@xn--bcher-kva.example.de",)),
        ("email", "contains", "Bücher", ("bücher",)),
        ("email", "contains", "Ann@Bücher.example.de", ("ann@bücher.example.de",)),
        ("email", "equals", "Nobody", ("nobody",)),
        ("phone", "equals", "0151 12345678", ("+4915112345678",)),
        ("phone", "starts_with", "(0151) 1", ("01511", "+491511")),
        ("phone", "equals", "12", ("12",)),
        ("phone", "contains", "EXT 12", ("12",)),
        ("city", "in_list", ["Rome", " \u200b"], ("rome",)),
        ("status", "in_list", ["active", "blocked"], ("active", "blocked")),
    ],
)
def test_texts_are_compared_as_they_are_stored(field, op, value, texts):
    [condition] = parse({"all": [rule(field, op, value)]}, "DE").members
    assert condition.test == TextIs(op if op in ("contains", "starts_with") else "is", texts)


@pytest.mark.parametrize(
    ("document", "error"),
    [
        ({"all": [rule("shoe", "equals", "x")]}, "no field contact.shoe"),
        ({"all": [rule("birthday", "equals", "soon")]}, "no day soon"),
        ({"all": [rule("custom.seats", "greater", "many")]}, "no number many"),
    ],
)
def test_what_is_no_rule_is_not_parsed(document, error):
    with pytest.raises(ValueError, match=f"^{error}$"):
        parse(document)


def test_empty_groups_are_true_for_all_and_false_for_any():
    assert matches(parse({"all": []}), Facts({}), CLOCK)
    assert not matches(parse({"any": []}), Facts({}), CLOCK)
    assert parse({"any": [{"all": []}]}) == Group("any", (Group("all", ()),))


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-05-01", date(2026, 5, 1)),
        ("2026-05-01T23:59:59", date(2026, 5, 1)),
        ("2026-05-01T23:59:59.123456+02:00", date(2026, 5, 1)),
        ("2026-02-30", None),
        ("20260501", None),
        ("2026-W10-1", None),
        ("2026-05-01" + "T" + "1" * 40, None),
        ("", None),
        (None, None),
        (20260501, None),
        (date(2026, 5, 1), None),
    ],
)
def test_days_in_rules(value, day):
    assert day_of(value) == day


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        (0, True),
        (10**12 - 1, True),
        (10**12, False),
        (-(10**12), False),
        (0.123456, True),
        (0.1234567, False),
        (1e12, False),
        (float("nan"), False),
        (float("inf"), False),
        ("1.5", True),
        ("1.1234567", False),
        ("1,5", False),
        ("", False),
        (True, False),
        (None, False),
        ([1], False),
    ],
)
def test_numbers_in_rules(value, answer):
    assert is_number(value) is answer
