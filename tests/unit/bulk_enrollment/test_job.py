"""The arithmetic of jobs: how rows are cut into batches, how fast a job is, when a batch is tried again."""

import pytest

from app.bulk_enrollment.domain.job import FINISHED, JobStatus, Progress, batch_size, cut, pace


@pytest.mark.parametrize(
    ("rows", "size"),
    [
        (0, 250),
        (1, 250),
        (10_000, 250),
        (10_001, 251),  # a fortieth, rounded up
        (40_000, 1_000),
        (399_961, 10_000),
        (400_000, 10_000),
        (1_000_000, 10_000),
    ],
)
def test_batches_are_a_fortieth_of_the_rows_within_bounds(rows: int, size: int) -> None:
    assert batch_size(rows) == size


@pytest.mark.parametrize(
    ("rows", "asked", "size"),
    [
        (100, 10, 10),
        (100, 500, 500),
        (100, 9, 10),
        (100, 501, 500),
        (100, 0, 10),
        (20_000, 10, 10),
        (20_001, 10, 11),  # 2,000 batches at most
        (1_000_000, 10, 500),
        (1_000_001, 10, 501),
        (1_000_001, 500, 501),
    ],
)
def test_the_size_that_was_asked_for(rows: int, asked: int, size: int) -> None:
    assert batch_size(rows, asked) == size


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 250])
@pytest.mark.parametrize("rows", [0, 1, 2, 3, 6, 7, 10])
def test_batches_cover_every_row_once(rows: int, size: int) -> None:
    batches = cut(rows, size)
    assert [number for number, _, _ in batches] == list(range(1, len(batches) + 1))
    assert [row for _, first, last in batches for row in range(first, last + 1)] == list(range(1, rows + 1))
    assert all(last - first + 1 == size for _, first, last in batches[:-1])
    assert len(batches) == -(-rows // size)


def test_a_cut() -> None:
    assert cut(5, 2) == [(1, 1, 2), (2, 3, 4), (3, 5, 5)]


@pytest.mark.parametrize(
    ("processed", "total", "seconds", "rate", "left"),
    [
        (50, 200, 10, 5.0, 30.0),
        (200, 200, 10, 20.0, 0.0),
        (1, 4, 4, 0.25, 12.0),
        (300, 200, 10, 30.0, 0.0),  # never less than nothing
        (0, 200, 10, None, None),
        (50, 200, 0, None, None),
        (50, 200, -1, None, None),
        (-1, 200, 10, None, None),
        (1, 200, 0.5, 2.0, 99.5),
    ],
)
def test_rate_and_time_left(processed, total, seconds, rate, left) -> None:
    assert pace(processed, total, seconds) == (rate, left)


def progress(status="processing", total=1000, batches=10, done=0, **counts) -> Progress:
    kinds = {"succeeded": 0, "failed": 0, "skipped": 0} | counts
    return Progress(JobStatus(status), total, **kinds, batches=batches, batches_done=done)


@pytest.mark.parametrize(
    ("counts", "processed", "percent"),
    [
        ({}, 0, 0.0),
        ({"succeeded": 1}, 1, 0.1),
        ({"succeeded": 3, "failed": 5, "skipped": 9}, 17, 1.7),
        ({"succeeded": 999}, 999, 99.9),
        ({"succeeded": 1000}, 1000, 100.0),
        ({"succeeded": 100, "skipped": 900, "cancelled": 850}, 150, 15.0),
        ({"skipped": 1000, "cancelled": 1000}, 0, 0.0),
    ],
)
def test_how_far_a_job_is(counts, processed, percent) -> None:
    now = progress(**counts)
    assert (now.processed, now.percent) == (processed, percent)


def test_all_but_one_is_not_all() -> None:
    assert progress(total=100_000, succeeded=99_999).percent == 99.9
    assert progress(total=3, succeeded=2).percent == 66.6


@pytest.mark.parametrize("status", JobStatus)
def test_a_job_without_rows_is_done_when_it_is_over(status: JobStatus) -> None:
    now = progress(status, total=0)
    assert now.percent == (100.0 if status in FINISHED else 0.0)
    assert now.is_over == (status in FINISHED)


@pytest.mark.parametrize(("done", "current"), [(0, 1), (4, 5), (9, 10), (10, 10)])
def test_the_batch_that_is_processed_now(done: int, current: int) -> None:
    assert progress(done=done).current_batch == current
    assert progress(batches=0).current_batch == 0
