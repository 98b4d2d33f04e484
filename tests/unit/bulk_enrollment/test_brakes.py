"""When the canary ends, when the breaker trips, and what is said about it."""

import pytest

from app.bulk_enrollment.domain.brakes.approval import is_second_person
from app.bulk_enrollment.domain.brakes.rules import (
    MOST_CANARY,
    WINDOW,
    Brakes,
    Failures,
    SettledBatch,
    brake_problems,
    canary_size,
    excess,
)
from app.bulk_enrollment.domain.brakes.texts import approval_words, canary_words, failures_words
from app.bulk_enrollment.domain.documents import read_options, write_options
from app.bulk_enrollment.domain.job import JobStatus, Progress, batch_of, cut
from app.bulk_enrollment.domain.options import JobOptions

OFF = Brakes(failed_percent=None)


@pytest.mark.parametrize(
    ("brakes", "rows", "size"),
    [
        (Brakes(), 10_000, 0),
        (Brakes(canary_rows=100), 10_000, 100),
        (Brakes(canary_rows=100), 101, 100),
        (Brakes(canary_rows=100), 100, 0),  # nothing would be left to wait
        (Brakes(canary_percent=1), 10_000, 100),
        (Brakes(canary_percent=1), 10_001, 101),
        (Brakes(canary_percent=1), 2, 1),
        (Brakes(canary_percent=1), 1, 0),
        (Brakes(canary_percent=1), 0, 0),
        (Brakes(canary_percent=50), 1_000_000, MOST_CANARY),
    ],
)
def test_how_many_rows_run_first(brakes, rows, size) -> None:
    assert canary_size(brakes, rows) == size


@pytest.mark.parametrize("rows", [0, 1, 2, 99, 250, 251, 1000])
@pytest.mark.parametrize("size", [10, 250])
@pytest.mark.parametrize("canary", [0, 1, 7, 99, 260])
def test_every_row_is_in_one_batch_and_the_canary_in_its_own(rows, size, canary) -> None:
    canary = canary if canary < rows else 0
    batches = cut(rows, size, canary)
    assert [row for _, first, last in batches for row in range(first, last + 1)] == list(range(1, rows + 1))
    assert [number for number, *_ in batches] == list(range(1, len(batches) + 1))
    if canary:
        assert batches[0] == (1, 1, canary)
    if batches:
        sizes = [last - first + 1 for _, first, last in batches]
        assert max(sizes[1:], default=0) <= size
        second = sizes[1] if len(sizes) > 1 else sizes[0]
        for number, first, last in batches:
            assert {batch_of(row, sizes[0], second) for row in range(first, last + 1)} == {number}


def batches(*pairs: tuple[int, int]) -> list[SettledBatch]:
    return [SettledBatch(rows, failed) for rows, failed in pairs]


@pytest.mark.parametrize(
    ("newest", "total", "failures"),
    [
        ([], 5_000, None),
        ([(250, 250)], 5_000, None),  # too few rows to judge
        ([(250, 250), (250, 250)], 5_000, None),  # exactly half of the window
        ([(250, 251), (250, 250)], 5_000, Failures(501, 500, 50, False)),
        ([(250, 0)] * 4 + [(250, 250)] * 8, 5_000, None),  # the failures are long past
        ([(250, 250), (250, 130), (250, 130), (250, 0)], 5_000, Failures(510, 1000, 50, False)),
        ([(10_000, 5_000)], 1_000_000, None),
        ([(10_000, 5_001)], 1_000_000, Failures(5_001, 10_000, 50, False)),
        ([(10, 9)], 20, None),
        ([(10, 2), (10, 9)], 20, Failures(11, 20, 50, False)),  # more than half of a small job
    ],
)
def test_a_share_of_the_last_rows_trips_the_breaker(newest, total, failures) -> None:
    assert excess(Brakes(), total, batches(*newest), SettledBatch(0, 0)) == failures
    assert excess(OFF, total, batches(*newest), SettledBatch(0, 0)) is None


def test_a_number_of_rows_in_all_trips_the_breaker() -> None:
    brakes = Brakes(failed_percent=None, failed_rows=20)
    assert excess(brakes, 5_000, [], SettledBatch(3_000, 20)) is None
    assert excess(brakes, 5_000, [], SettledBatch(3_000, 21)) == Failures(21, 3_000, 20, True)


@pytest.mark.parametrize(
    ("brakes", "field"),
    [
        (Brakes(canary_rows=0), "canary"),
        (Brakes(canary_rows=MOST_CANARY + 1), "canary"),
        (Brakes(canary_percent=51), "canary"),
        (Brakes(canary_rows=1, canary_percent=1), "canary"),
        (Brakes(failed_percent=0), "failed_percent"),
        (Brakes(failed_percent=100), "failed_percent"),
        (Brakes(failed_rows=0), "failed_rows"),
    ],
)
def test_impossible_brakes_are_refused(brakes, field) -> None:
    assert list(brake_problems(brakes)) == [field]
    assert not brake_problems(Brakes(canary_rows=MOST_CANARY, failed_percent=99, failed_rows=1))


def test_options_keep_their_brakes() -> None:
    for brakes in (Brakes(), OFF, Brakes(canary_percent=1, failed_rows=7), Brakes(canary_rows=20)):
        assert read_options(write_options(JobOptions(brakes=brakes))).brakes == brakes
    assert read_options({}).brakes == Brakes(), "older jobs have the default"


def progress(**figures: int) -> Progress:
    given = {
        "total": 1_000,
        "succeeded": 90,
        "failed": 3,
        "skipped": 7,
        "batches": 5,
        "batches_done": 1,
    } | figures
    return Progress(status=JobStatus.PAUSED, **given)


def test_what_is_said() -> None:
    words = canary_words(progress())
    assert words.startswith(
        "The first 100 rows are done: 90 succeeded, 7 skipped, and 3 failed. The other 900 wait"
    )
    assert canary_words(progress(total=2, succeeded=1, failed=0, skipped=0)).startswith(
        "The first row is done"
    )
    assert "612 of the last 1,000 rows failed, more than 50%" in failures_words(
        Failures(612, 1000, 50, False)
    )
    assert "21 rows have failed, more than 20" in failures_words(Failures(21, 3000, 20, True))
    assert "With 5,000 rows, it waits for another person’s approval" in approval_words(5_000, "Bob")


@pytest.mark.parametrize(
    ("user", "asked", "may"), [(1, 2, True), (1, 1, False), (None, 1, False), (1, None, True)]
)
def test_who_is_a_second_person(user, asked, may) -> None:
    assert is_second_person(user, asked) is may


def test_the_window_is_the_one_that_pages_name() -> None:
    assert WINDOW == 1_000
