"""The statuses of a workflow and the transitions between them (W-02)."""

import re

import pytest

from app.workflows.domain import Status, can_be_edited, refusal
from app.workflows.domain.life_cycle import LEGAL

TRANSITIONS = [("draft", "active"), ("active", "paused"), ("paused", "active"), ("paused", "archived")]


@pytest.mark.parametrize("old", list(Status))
@pytest.mark.parametrize("new", list(Status))
def test_only_four_transitions_are_legal_and_the_others_say_why(old: Status, new: Status) -> None:  # W-02
    if (old, new) in TRANSITIONS:
        assert refusal(old, new) == ""
    else:
        assert re.fullmatch(r"It [a-z].*\.", refusal(old, new))


def test_unknown_statuses_are_refused() -> None:  # W-02
    assert refusal("draft", "asleep") == refusal("", "active") == "This status doesn’t exist."


def test_what_a_status_allows() -> None:  # W-02, B-01
    assert [status for status in Status if not can_be_edited(status)] == ["archived"]
    assert set(LEGAL) == set(Status)
