"""A check before the start, in words (B-22)."""

import pytest

from app.bulk_enrollment.domain.forecast import headline, seconds_needed, words_of
from app.bulk_enrollment.domain.outcomes import Outcome


@pytest.mark.parametrize(
    ("counts", "workflow", "sentence"),
    [
        ({Outcome.ENROLLED: 1173}, "Win-back", "1,173 people will be added to Win-back."),
        ({Outcome.ENROLLED: 1}, "Win-back", "1 person will be added to Win-back."),
        ({Outcome.VALIDATION_ERROR: 3}, "Win-back", "Nobody will be added to Win-back."),
        ({Outcome.CREATED: 2}, None, "2 new contacts will be added."),
        ({Outcome.UPDATED: 1}, None, "1 existing contact will be checked for changes."),
        (
            {Outcome.CREATED: 2, Outcome.UPDATED: 1},
            None,
            "2 new contacts will be added, and 1 existing contact will be checked for changes.",
        ),
        ({Outcome.UNCHANGED: 5}, None, "Nothing will change."),
    ],
)
def test_one_sentence_says_what_a_start_would_do(counts, workflow, sentence):
    assert headline(counts, workflow) == sentence


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_has_words_for_one_row_and_for_many(outcome):
    assert words_of(outcome, 1).startswith("1 ")
    assert words_of(outcome, 1200).startswith("1,200 ")


def test_time_is_told_by_the_pace_of_earlier_jobs():
    assert seconds_needed(10_000, 500.0) == 20
    assert seconds_needed(10_000, None) == 5
    assert seconds_needed(3, 5000.0) == 2
