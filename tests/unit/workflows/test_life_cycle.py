"""The statuses of a workflow and the ways between them (W-02)."""

import pytest

from app.workflows.domain import Status, TransitionRefused, can_be_edited, change, refusal, takes_people
from app.workflows.domain.life_cycle import LEGAL

WAYS = [("draft", "active"), ("active", "paused"), ("paused", "active"), ("paused", "archived")]


@pytest.mark.parametrize(("old", "new"), WAYS)
def test_the_legal_ways(old: str, new: str) -> None:  # W-02
    assert change(old, new) == new


@pytest.mark.parametrize("old", list(Status))
@pytest.mark.parametrize("new", list(Status))
def test_every_other_way_is_refused_with_a_sentence(old: Status, new: Status) -> None:  # W-02
    if (old, new) in WAYS:
        assert refusal(old, new) == ""
        return
    with pytest.raises(TransitionRefused, match=r"^It [a-z].*\.$"):
        change(old, new)


def test_unknown_statuses_are_refused() -> None:  # W-02
    assert refusal("draft", "asleep") == refusal("", "active") == "This status doesn’t exist."


def test_what_a_status_allows() -> None:  # W-02, B-01
    assert [status for status in Status if takes_people(status)] == ["active"]
    assert [status for status in Status if not can_be_edited(status)] == ["archived"]
    assert set(LEGAL) == set(Status)
