"""One row, read: whose row it is, what it says about them, what could not be read."""

import json
from typing import Any

import pytest

from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.domain.reading import LEFT_OUT, ReadRow, RowReader
from app.bulk_enrollment.domain.selection import FileSelection
from app.files.domain.columns.evidence import MOST_TAGS
from app.files.domain.consent.cells import word_key


def reader(mapping: dict[str, str], writes: bool = True, met: Any = None, **given: Any) -> RowReader:
    return RowReader(FileSelection("u", mapping, **given), writes, "DE", met=met)


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
    again = reader(mapping, met=json.loads(json.dumps(first.met)))
    again.read(2, 3, ("ben@example.com", "later", "vip, Autumn"))
    assert again.left_out["birthday"].count == 2
    assert list(again.tags.values()) == ["VIP", "Spring", "Autumn"]
    assert reader(mapping).met == {"left_out": {}, "tags": []}


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
