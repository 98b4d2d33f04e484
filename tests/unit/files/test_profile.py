"""The profile of a column covers the whole file, whatever its size, and stays small.  # B-20"""

import json

from app.files.domain.profile import LONGEST_VALUE, MOST_VALUES, FileProfile, Profiler, shape_of


def test_every_row_counts_however_far_down():
    rows = [["ann@example.com", "x"], *[["", " "]] * 4_999, ["bob@example.com", " no "]]
    profile = FileProfile.of_rows(rows, 2)
    assert profile.rows == 5_001
    assert profile.columns[0].values == {}, "addresses are not kept a second time"
    assert profile.columns[1].values == {"x": 1, "no": 1}
    assert (profile.columns[1].filled, profile.columns[1].overflowed) == (2, False)


def test_a_column_of_many_different_cells_only_counts_on_but_for_the_words_that_matter():
    rows = [[f"note {at}" if at % 100 else "Unsubscribed"] for at in range(10_000)]
    column = FileProfile.of_rows(rows, 1, words={"Unsubscribed"}).columns[0]
    assert column.overflowed
    assert column.values == {"Unsubscribed": 100}
    assert (column.filled, column.others) == (10_000, 9_900)


def test_a_column_that_is_known_by_its_words_takes_dates_for_one():
    rows = [[f"unsubscribed 2026-03-{day % 28 + 1:02} {day:06}"] for day in range(5_000)]
    column = FileProfile.of_rows(rows, 1, by_words={0}).columns[0]
    assert list(column.values.values()) == [5_000]
    assert not column.overflowed
    full = FileProfile.of_rows([[f"reason {at:x}"] for at in range(1_000)], 1, by_words={0}).columns[0]
    assert full.overflowed and len(full.values) == MOST_VALUES and full.others > 0


def test_long_cells_are_cut_and_many_columns_keep_less():
    column = FileProfile.of_rows([[" " * 100 + "y" * 5_000]], 1).columns[0]
    assert list(column.values) == ["y" * LONGEST_VALUE]
    wide = FileProfile.of_rows([[f"{at}"] * 500 for at in range(100)], 500)
    assert all(column.overflowed for column in wide.columns)


def test_rows_longer_than_the_header_and_json():
    profiler = Profiler(2)
    profiler.add(["a", "b", "c"])
    profiler.add(["a", ""])
    profile = profiler.profile()
    again = FileProfile.from_json(json.loads(json.dumps(profile.as_json())))
    assert again == profile
    assert [column.values for column in again.columns] == [{"a": 2}, {"b": 1}]


def test_short_numbers_stay_what_they_are():
    assert [shape_of(text) for text in ("0", "1", "step 12", "2026-03-01", "03.04.26 10:00")] == [
        "0",
        "1",
        "step 12",
        "0-0-0",
        "0.0.0 0:0",
    ]
