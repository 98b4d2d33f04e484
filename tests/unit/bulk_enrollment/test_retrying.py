"""What is left to retry and to fix."""

from app.bulk_enrollment.domain.outcomes import Outcome
from app.bulk_enrollment.domain.retrying import (
    WHOLE,
    Correctable,
    RetryState,
    job_of_download,
    taken_outcomes,
    write_outcomes,
)

O = Outcome  # noqa: E741
COUNTS = {O.ENROLLED: 90, O.VALIDATION_ERROR: 5, O.TIMEOUT_ERROR: 3, O.CANCELLED: 2, O.CONTACT_NOT_FOUND: 4}


def test_outcomes_are_written_and_read():
    both = (O.ENROLLMENT_ERROR, O.TIMEOUT_ERROR)
    assert taken_outcomes(write_outcomes(reversed(both))) == both
    assert taken_outcomes(None) == taken_outcomes("") == ()
    assert taken_outcomes(WHOLE) == (O.CANCELLED,)
    everything = write_outcomes(outcome for outcome in O if outcome.retry_helps)
    assert len(everything) <= 200, "it fits into its column"


def test_which_job_a_download_is_of():
    first = Correctable(1, "people.csv", {"ENROLLED": 5, "VALIDATION_ERROR": 2, "ENROLLMENT_ERROR": 3}, False)
    retry = Correctable(2, "people.csv", {"ENROLLED": 2, "ENROLLMENT_ERROR": 1}, True)
    later = Correctable(3, "spring.csv", {"VALIDATION_ERROR": 9}, False)
    jobs = (first, retry, later)
    both, wrong, rejected = (
        ("VALIDATION_ERROR", "ENROLLMENT_ERROR"),
        ("VALIDATION_ERROR",),
        ("ENROLLMENT_ERROR",),
    )
    for name, rows, outcomes, expected in (
        ("people-failed.csv", 5, both, first),
        ("people-failed.csv", 4, both, first),  # a row was deleted
        ("people-failed.csv", 1, rejected, retry),
        ("people-failed (1).csv", 1, rejected, retry),
        ("people-enrollment-error.csv", 3, rejected, first),
        ("people-enrollment-error.csv", 1, rejected, retry),
        ("people-all.csv", 10, both, first),
        ("people-all.csv", 3, rejected, retry),
        ("corrected.csv", 2, rejected, first),  # open, so the first job
        ("corrected.csv", 9, wrong, later),
        ("spring-failed.csv", 8, wrong, later),
        ("people-failed.csv", 1, wrong, first),
        ("people-failed.csv", 1, ("CANCELLED",), retry),  # an outcome that no job has
    ):
        assert job_of_download(jobs, name, rows, outcomes) is expected, (name, rows, outcomes)
    same = Correctable(4, "people.csv", retry.totals, False)
    assert job_of_download([*jobs, same], "people-failed.csv", 1, rejected) is same
    assert job_of_download([], "people-failed.csv", 1, rejected) is None


def test_nothing_has_been_done_yet():
    state = RetryState(COUNTS)
    assert state.retryable == {O.TIMEOUT_ERROR: 3, O.CANCELLED: 2}
    assert (state.to_retry, state.to_run, state.to_fix, state.failed_left) == (5, 0, 5, 8)
    assert state.fixable == 9


def test_what_retries_and_users_have_done():
    state = RetryState(
        COUNTS,
        taken=frozenset({O.TIMEOUT_ERROR}),
        ready={O.VALIDATION_ERROR: 2},
        fixed={O.VALIDATION_ERROR: 1, O.CONTACT_NOT_FOUND: 4},
        left_out={O.VALIDATION_ERROR: 1},
    )
    assert state.retryable == {O.CANCELLED: 2}
    assert (state.to_run, state.to_fix, state.failed_left, state.fixable) == (2, 3, 3, 3)


def test_all_failed_rows_are_taken_care_of():
    assert RetryState(COUNTS, frozenset({O.TIMEOUT_ERROR}), fixed={O.VALIDATION_ERROR: 5}).failed_left == 0
