"""The profile of a column covers the whole file, whatever its size, and stays small.  # B-20"""

import json
import random
import time

import pytest

from app.files.domain.cells.profile import (
    MAX_VALUE_LENGTH,
    MOST_VALUES,
    FileProfile,
    Profiler,
    shape_of,
    shown,
    trimmed,
)
from app.files.domain.consent.search import clear_cells


def test_every_row_counts_however_far_down():
    rows = [["ann@example.com", "x"], *[["", " "]] * 4_999, ["bob@example.com", " no "]]
    profile = FileProfile.of_rows(rows, 2)
    assert profile.rows == 5_001
    assert profile.columns[0].values == {}, "addresses are not kept a second time"
    assert profile.columns[1].values == {"x": 1, "no": 1}
    assert (profile.columns[1].filled, profile.columns[1].overflowed) == (2, False)


def test_a_column_of_many_different_cells_only_counts_on_but_for_the_words_that_matter():
    rows = [[f"note {at}" if at % 100 else "Unsubscribed"] for at in range(10_000)]
    column = FileProfile.of_rows(rows, 1, search=clear_cells).columns[0]
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
    [kept] = column.values
    assert len(kept) <= MAX_VALUE_LENGTH and kept.startswith("yyy") and kept.endswith("yyy")
    wide = FileProfile.of_rows([[f"{at}"] * 500 for at in range(100)], 500)
    assert all(column.overflowed for column in wide.columns)


AGREE = "I agree to receive offers, news and invitations by email until I withdraw my consent in writing "


@pytest.mark.parametrize("filler", [0, 1, 5, 200])
@pytest.mark.parametrize("ends", [(": YES", ": NO"), ("a", "b")])
def test_long_texts_that_differ_anywhere_stay_apart(filler, ends):
    texts = [f"{AGREE}{'and more ' * filler}{end}" for end in ends]
    texts += [f"{AGREE}{end}{' and more' * filler} as I said" for end in ends]
    column = FileProfile.of_rows([[f" \u200b{text}  "] for text in texts], 1).columns[0]
    assert len(column.values) == 4
    for text, kept in zip(texts, column.values, strict=True):
        assert len(kept) <= MAX_VALUE_LENGTH
        assert trimmed(kept) == trimmed(text) == kept, "what is shown at the terminal can be typed"
        assert shown(kept)[:90] == text[:90] and shown(kept)[-40:] == text[-40:]


def test_leading_blanks_do_not_eat_the_text():
    for blank in (" ", "\u00a0", "\u200b", "\u2060", "\t"):
        assert trimmed(blank * 500 + "no" + blank * 500) == "no"


def test_hostile_cells_cost_linear_time():
    def seconds(size):
        cells = [[filler * size] for filler in ("\u200b", " ", "@", "@ ", "a@", "1-", "x ", "1 ", "\u200b@")]
        began = time.process_time()
        for cell in cells * 3:
            FileProfile.of_rows([cell], 1, search=clear_cells)
            FileProfile.of_rows([cell], 1, {0})
        return time.process_time() - began

    seconds(500)
    assert min(seconds(40_000) for _ in range(3)) < 12 * max(seconds(8_000), 0.01)


NOTES = ["asked for a quote", "likes tea", "met at the fair", "contact by phone", "no parking"]


@pytest.mark.parametrize("place", [0, 150, 2_345, 4_999])
@pytest.mark.parametrize(
    "note",
    [
        "please unsubscribe me",
        "Please UNSUBSCRIBE me, ann.lee@example.com",
        "called on 2024-03-01: do not contact!",
        "VIP;unsubscribed",
        "(do-not-email)",
        "Bitte keine Werbung mehr",
        "a désabonné",
        "Do_Not_Contact",
        "DO NOT CONTACT",
        "配信停止",
        "3月に配信停止を希望",
        f"{AGREE * 4}. Later: please unsubscribe me. {AGREE * 4}",
    ],
)
def test_a_clear_word_is_found_anywhere_among_many_notes(note, place):
    rows = [[f"{random.Random(at).choice(NOTES)} {at}"] for at in range(5_000)]
    rows[place] = [note]
    column = FileProfile.of_rows(rows, 1, search=clear_cells).columns[0]
    assert column.overflowed and len(column.values) == 1
    assert column.filled == 5_000
    [kept] = column.values
    assert "ann.lee" not in kept, "nobody's address is kept a second time"


def test_an_address_among_notes_hides_nothing():
    rows = [["ann@example.com"], ["write to bob@example.com"], ["please unsubscribe me"], ["likes tea"]]
    column = FileProfile.of_rows(rows, 1, search=clear_cells).columns[0]
    assert column.values == {"write to @": 1, "please unsubscribe me": 1, "likes tea": 1}
    assert (column.filled, column.others, column.overflowed) == (4, 1, False)


def test_plain_notes_are_not_taken_for_consent():
    rows = [[f"{note} {at}"] for at in range(500) for note in (*NOTES, "never unsubscribed", "emails list")]
    assert FileProfile.of_rows(rows, 1, search=clear_cells).columns[0].values == {}


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
