"""One row, read: whose row it is, what it says about them, what could not be read."""

import json
from typing import Any

import pytest

from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.domain.reading import LEFT_OUT, ReadRow, RowReader
from app.bulk_enrollment.domain.selection import FileSelection
from app.contacts.domain import ValueStyle
from app.files.domain.columns.evidence import MOST_TAGS
from app.files.domain.columns.row_context import RowContext
from app.files.domain.consent.cells import word_key


def reader(mapping: dict[str, str], writes: bool = True, findings: Any = None, **given: Any) -> RowReader:
    return RowReader(FileSelection("u", mapping, **given), writes, "DE", findings=findings)


def read(mapping: dict[str, str], *cells: str, writes: bool = True, **given: Any) -> ReadRow:
    return reader(mapping, writes, **given).read(3, 4, cells)


def fields(row: ReadRow) -> dict[str, Any]:
    return {} if row.fields is None else json.loads(row.fields)


def test_a_good_row() -> None:
    row = read({"0": "email", "1": "first_name"}, "Ann@Example.com ", "Ann")
    assert (row.row_number, row.line, row.identifier) == (3, 4, "Ann@Example.com")
    assert (row.key, row.verdict, row.detail) == ("Ann@example.com".lower(), Outcome.ENROLLED, None)
    assert (row.note, row.withheld) == (None, None)
    assert fields(row)["first_name"] == "Ann"


@pytest.mark.parametrize(
    ("identifier", "cell", "slug"),
    [
        ("email", "ann at example.com", "no_at"),
        ("email", "", "blank"),
        ("contact_id", "x", "no_id"),
        ("contact_id", "", "id_blank"),
    ],
)
def test_a_row_without_a_key_is_invalid_and_says_why(identifier: str, cell: str, slug: str) -> None:
    row = read({"0": identifier, "1": "first_name"}, cell, "Ann", identifier=identifier)
    assert (row.key, row.verdict, row.detail) == (None, Outcome.VALIDATION_ERROR, slug)
    assert row.fields is None and row.identifier == cell


def test_what_is_kept_of_a_faulty_cell_is_short() -> None:
    assert len(read({"0": "email"}, "x" * 5_000).identifier) == 200


def test_other_columns_are_kept_only_to_write_contacts() -> None:
    mapping = {"0": "email", "1": "first_name", "2": "custom:Plan"}
    assert read(mapping, "ann@example.com", "Ann", "Gold", writes=False).fields is None
    kept = fields(read(mapping, "ann@example.com", "Ann", "Gold"))
    assert kept["first_name"] == "Ann" and "Gold" in json.dumps(kept)
    blank = fields(read(mapping, "ann@example.com", "", "-"))
    assert "first_name" not in blank and "custom" not in blank


def test_a_value_that_is_too_long_fails_its_row() -> None:
    mapping = {"0": "email", "1": "first_name"}
    assert read(mapping, "ann@example.com", "A" * 80).verdict == Outcome.ENROLLED
    row = read(mapping, "ann@example.com", "A" * 5_000)
    assert (row.key, row.verdict, row.detail) == (None, Outcome.VALIDATION_ERROR, "value_too_long")
    assert read(mapping, "ann@example.com", "A" * 5_000, writes=False).verdict == Outcome.ENROLLED


def test_a_birthday_that_cannot_be_read_is_left_out_and_counted() -> None:
    rows = reader({"0": "email", "1": "birthday"})
    for number in range(1, 6):
        row = rows.read(number, number + 1, ("ann@example.com", f"soon {number}"))
        assert row.note == LEFT_OUT and "birthday" not in fields(row)
    found = rows.left_out["birthday"]
    assert (found.count, [list(one) for one in found.samples]) == (
        5,
        [[1, 2, "soon 1"], [2, 3, "soon 2"], [3, 4, "soon 3"]],
    )
    assert rows.read(6, 7, ("ann@example.com", "1990-04-23")).note is None


def test_another_reader_goes_on_with_what_was_met() -> None:
    mapping = {"0": "email", "1": "birthday", "2": "tags"}
    first = reader(mapping)
    first.read(1, 2, ("ann@example.com", "soon", "VIP, Spring"))
    again = reader(mapping, findings=json.loads(json.dumps(first.findings)))
    again.read(2, 3, ("ben@example.com", "later", "vip, Autumn"))
    assert again.left_out["birthday"].count == 2
    assert list(again.tags.values()) == ["VIP", "Spring", "Autumn"]
    assert reader(mapping).findings == {"left_out": {}, "tags": []}


def test_tags_are_kept_by_their_keys_also_when_contacts_are_not_written() -> None:
    row = read({"0": "email", "1": "tags"}, "ann@example.com", "VIP; vip, Spring", writes=False)
    assert fields(row) == {"tags": ["vip", "spring"]} and row.note is None
    for blank in ("", "n/a"):
        assert read({"0": "email", "1": "tags"}, "ann@example.com", blank, writes=False).fields is None


def test_tags_that_cannot_be_tags_are_left_out() -> None:
    rows = reader({"0": "email", "1": "tags"})
    row = rows.read(1, 2, ("ann@example.com", "VIP," + "x" * 500))
    assert fields(row)["tags"] == ["vip"] and row.note == LEFT_OUT
    assert rows.left_out["tags"].count == 1
    many = rows.read(2, 3, ("ann@example.com", ",".join(f"t{number}" for number in range(21))))
    assert len(fields(many)["tags"]) == 20 and many.note == LEFT_OUT
    just = rows.read(3, 4, ("ann@example.com", ",".join(f"t{number}" for number in range(20))))
    assert len(fields(just)["tags"]) == 20 and just.note is None


def test_the_table_of_tags_stops_growing() -> None:
    rows = reader({"0": "email", "1": "tags"})
    for number in range(600):
        rows.read(number, number, ("ann@example.com", f"tag {number}"))
    assert MOST_TAGS < len(rows.tags) <= MOST_TAGS + 20


@pytest.mark.parametrize(
    ("field", "cell", "withheld"),
    [
        ("consent", "no", "unsubscribed"),
        ("consent", "yes", None),
        ("opt_out", "yes", "unsubscribed"),
        ("opt_out", "no", None),
        ("bounced", "yes", "bounced"),
    ],
)
def test_a_no_withholds_the_row(field: str, cell: str, withheld: str | None) -> None:
    row = read({"0": "email", "1": field}, "ann@example.com", cell)
    assert row.withheld == withheld and row.key == "ann@example.com"


def test_a_no_counts_also_where_a_value_is_too_long() -> None:
    row = read({"0": "email", "1": "opt_out", "2": "first_name"}, "ann@example.com", "yes", "A" * 5_000)
    assert (row.key, row.withheld) == ("ann@example.com", "unsubscribed")
    assert fields(row).get("email") and "first_name" not in fields(row)


def test_a_no_without_an_address_withholds_nobody() -> None:
    row = read({"0": "email", "1": "opt_out"}, "nobody", "yes")
    assert (row.key, row.withheld, row.verdict) == (None, None, Outcome.VALIDATION_ERROR)


def test_words_that_a_person_explained_count_as_they_said() -> None:
    mapping, cell = {"0": "email", "1": "consent"}, "Vielleicht später"
    for answer, withheld in (("no", "unsubscribed"), ("yes", None), ("leave-out", "left_out")):
        row = read(mapping, "ann@example.com", cell, consent_words={word_key(cell): answer})
        assert row.withheld == withheld
    assert read(mapping, "ann@example.com", cell).withheld == "left_out"


def test_marks_in_front_of_texts_are_taken_off() -> None:
    kept = fields(read({"0": "email", "1": "phone"}, "ann@example.com", "p:+4930123456"))
    assert "+4930123456" in json.dumps(kept)
    assert fields(read({"0": "email", "1": "city"}, "ann@example.com", "x:y"))["city"] == "x:y"


def test_the_second_address_is_used_where_the_first_is_bad() -> None:
    mapping = {"0": "email", "1": "second_email"}
    row = read(mapping, "", "second@example.com")
    assert row.key == "second@example.com" and "second_column" in (row.note or "")
    assert fields(row)["email"] == "second@example.com"
    assert read(mapping, "first@example.com", "second@example.com").key == "first@example.com"


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("p:+4930123456", "+4930123456"),
        ("z:10115", "10115"),
        ("l:123", "123"),
        ("ag:12 34-5", "12 34-5"),
        ("x:12", "x:12"),
        ("pp:12", "pp:12"),
        ("p:abc", "p:abc"),
        ("p:12 a", "p:12 a"),
    ],
)
def test_only_marks_in_front_of_numbers_are_taken_off(cell: str, kept: str) -> None:
    row = read({"0": "email", "1": "custom:Plan"}, "ann@example.com", cell)
    assert fields(row)["custom"] == {"plan": kept}


@pytest.mark.parametrize(
    ("first", "last", "names"),
    [
        ("Null", "Lee", ("Null", "Lee")),
        ("NULL", "Lee", (None, "Lee")),
        ("n/a", "Lee", (None, "Lee")),
        ("-", "Lee", (None, "Lee")),
        ("Null", "", (None, None)),
        ("Null", "Nan", (None, None)),
    ],
)
def test_a_word_for_nothing_is_a_name_only_beside_another_value(
    first: str, last: str, names: tuple[str | None, str | None]
) -> None:
    kept = fields(read({"0": "email", "1": "first_name", "2": "last_name"}, "ann@example.com", first, last))
    assert (kept.get("first_name"), kept.get("last_name")) == names
    named = read(
        {"0": "contact_id", "1": "first_name", "2": "last_name"}, "7", first, last, identifier="contact_id"
    )
    assert (fields(named).get("first_name"), fields(named).get("last_name")) == names


@pytest.mark.parametrize(
    ("field", "limit"),
    [("first_name", 120), ("full_name", 240), ("country", 60), ("company", 200), ("custom:Plan", 2000)],
)
def test_a_value_may_be_as_long_as_its_field(field: str, limit: int) -> None:
    mapping = {"0": "email", "1": field}
    for cell in ("x" * limit, " " * 500 + "x" * limit + " " * 500):
        row = read(mapping, "ann@example.com", cell)
        assert (row.key, row.verdict, row.detail) == ("ann@example.com", Outcome.ENROLLED, None)
    row = read(mapping, "ann@example.com", "x" * (limit + 1))
    assert row == (
        3,
        4,
        "ann@example.com",
        None,
        Outcome.VALIDATION_ERROR,
        "value_too_long",
        None,
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("field", "cell"), [("phone", "x" * 300), ("birthday", "x" * 300), ("email", "x" * 300)]
)
def test_an_overlong_value_that_says_nothing_is_left_out(field: str, cell: str) -> None:
    rows = reader({"0": "contact_id", "1": field}, identifier="contact_id")
    row = rows.read(3, 4, ("7", cell))
    assert (row.key, row.note, row.fields) == ("7", LEFT_OUT, None)
    assert rows.left_out[field].samples == [(3, 4, "x" * 40)]


def test_columns_of_all_kinds_become_columns_of_the_contact() -> None:
    mapping = {
        "0": "email",
        "1": "full_name",
        "2": "phone",
        "3": "birthday",
        "4": "custom:Shoe Size",
        "5": "tags",
    }
    row = read(mapping, "Ann@Example.com", "Dr. Ann Lee", "0151 23456789", "23.04.1990", "38", "VIP")
    assert fields(row) == {
        "email": "Ann@Example.com",
        "email_key": "ann@example.com",
        "first_name": "Ann",
        "first_name_key": "ann",
        "last_name": "Lee",
        "last_name_key": "lee",
        "phone": "+4915123456789",
        "phone_key": "+4915123456789",
        "birthday": "1990-04-23",
        "custom": {"shoe_size": "38"},
        "tags": ["vip"],
    }
    assert row.note is None


@pytest.mark.parametrize(
    ("identifier", "cells", "shown", "key"),
    [
        ("email", (" Ann@Example.com ", "", ""), "Ann@Example.com", "ann@example.com"),
        ("phone", ("", "0151 23456789", ""), "0151 23456789", "+4915123456789"),
        ("contact_id", ("", "", " 007 "), "007", "7"),
    ],
)
def test_a_row_is_identified_by_the_chosen_column(
    identifier: str, cells: tuple[str, ...], shown: str, key: str
) -> None:
    row = read({"0": "email", "1": "phone", "2": "contact_id"}, *cells, identifier=identifier)
    assert (row.identifier, row.key, row.verdict) == (shown, key, Outcome.ENROLLED)


def test_the_address_that_counts_is_the_one_written() -> None:
    row = read({"0": "email", "1": "first_name"}, "ann@example.com; ben@example.com", "Ann")
    assert (row.key, row.note) == ("ann@example.com", "first_of_several")
    assert fields(row)["email"] == fields(row)["email_key"] == "ann@example.com"
    second = {"0": "email", "1": "second_email"}
    row = read(second, "bad", "ben@example.com", writes=False)
    assert (row.key, row.note, row.fields) == ("ben@example.com", "second_column", None)


def test_several_notes_stand_side_by_side() -> None:
    rows = reader({"0": "email", "1": "birthday", "2": "tags"})
    row = rows.read(3, 4, ("ann@example.com; ben@example.com", "soon", "VIP," + "x" * 99))
    assert row.note == f"first_of_several {LEFT_OUT}"
    assert {name: found.count for name, found in rows.left_out.items()} == {"birthday": 1, "tags": 1}
    assert rows.left_out["tags"].samples == [(3, 4, "VIP," + "x" * 36)]


def test_a_no_counts_for_the_other_addresses_of_the_row_too() -> None:
    mapping = {"0": "email", "1": "opt_out", "2": "city"}
    row_context = RowContext(addresses=(0, 2))
    rows = RowReader(FileSelection("u", mapping), True, "DE", row_context=row_context)
    rows.read(3, 4, ("ann@example.com", "yes", "ben@example.com"))
    rows.read(4, 5, ("cy@example.com", "no", "dee@example.com"))
    rows.read(5, 6, ("nobody", "yes", "eve@example.com"))
    assert rows.take_other_keys() == [
        (3, "ben@example.com", "unsubscribed"),
        (5, "eve@example.com", "unsubscribed"),
    ]
    assert rows.take_other_keys() == []


@pytest.mark.parametrize(
    ("field", "remark", "detail", "withheld"),
    [
        ("consent_note", "unsubscribed", "file:unsubscribed", "unsubscribed"),
        ("consent_note", "", None, None),
        ("consent", "maybe later", "unclear:maybe later", "left_out"),
    ],
)
def test_text_beside_the_table_that_withholds_a_row_is_quoted(
    field: str, remark: str, detail: str | None, withheld: str | None
) -> None:
    selection = FileSelection("u", {"0": "email", "1": field})
    rows = RowReader(selection, True, "DE", row_context=RowContext(outside=((1, field),)))
    row = rows.read(3, 4, ("ann@example.com", remark))
    assert (row.key, row.detail, row.withheld) == ("ann@example.com", detail, withheld)


def test_a_no_beside_an_overlong_value_keeps_only_what_identifies() -> None:
    mapping = {"0": "email", "1": "opt_out", "2": "first_name", "3": "city"}
    row = read(mapping, "ann@example.com", "yes", "A" * 5_000, "Rome")
    assert fields(row) == {"email": "ann@example.com", "email_key": "ann@example.com"}
    by_id = read(
        {"0": "contact_id"} | {str(at): mapping[str(at)] for at in (1, 2)},
        "7",
        "yes",
        "A" * 5_000,
        identifier="contact_id",
    )
    assert (by_id.key, by_id.withheld, by_id.fields) == ("7", "unsubscribed", None)


@pytest.mark.parametrize(
    ("cell", "keys", "note"),
    [
        ("VIP", ["vip"], None),
        ("VIP, -, n/a", ["vip"], None),
        (" New   Lead ; VIP", ["new lead", "vip"], None),
        ("x" * 60, ["x" * 60], None),
        ("x" * 61, [], LEFT_OUT),
        ("VIP," + " " * 40_000, ["vip"], LEFT_OUT),
    ],
)
def test_tags_of_a_cell(cell: str, keys: list[str], note: str | None) -> None:
    row = read({"0": "email", "1": "tags"}, "ann@example.com", cell, writes=False)
    assert (fields(row).get("tags", []), row.note) == (keys, note)


def test_a_tag_is_called_as_it_was_written_first() -> None:
    rows = reader({"0": "email", "1": "tags"})
    rows.read(1, 2, ("ann@example.com", "VIP, vip"))
    rows.read(2, 3, ("ben@example.com", "vip, Spring  Sale"))
    assert rows.tags == {"vip": "VIP", "spring sale": "Spring Sale"}
    assert rows.findings == {"left_out": {}, "tags": ["VIP", "Spring Sale"]}


def test_a_blank_cell_does_not_hide_those_after_it() -> None:
    mapping = {"0": "email", "1": "first_name", "2": "city", "3": "company"}
    kept = fields(read(mapping, "ann@example.com", "", "-", "Acme"))
    assert (kept.get("city"), kept.get("company")) == (None, "Acme")


def test_phone_numbers_of_a_column_with_country_codes_need_no_plus() -> None:
    selection = FileSelection("u", {"0": "phone"}, identifier="phone")
    for style, key in ((ValueStyle("DE", international=True), "+33612345678"), (None, "+4933612345678")):
        row = RowReader(selection, True, "DE", style).read(3, 4, ("33612345678",))
        assert row.key == key
        assert row.note == (None if style else "either_way")
    assert RowReader(selection, True, "DE", None).read(3, 4, ("4915112345678",)).key == "+4915112345678"


def test_a_no_counts_for_the_other_numbers_of_the_cell_too() -> None:
    rows = reader({"0": "phone", "1": "opt_out"}, identifier="phone")
    row = rows.read(3, 4, ("0151 23456789; 0151 98765432", "yes"))
    assert (row.key, row.withheld) == ("+4915123456789", "unsubscribed")
    assert rows.take_other_keys() == [(3, "+4915198765432", "unsubscribed")]
