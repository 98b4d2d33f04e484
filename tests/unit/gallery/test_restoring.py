"""How many days are left to restore a deleted template (T-16)."""

from datetime import UTC, datetime, timedelta

import pytest

from app.gallery.domain.library.restoring import days_left, restorable_since

DELETED = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "left"), [(0, 30), (0.01, 30), (1, 29), (1.5, 29), (29.9, 1), (30, 0), (31, 0)]
)
def test_days_are_rounded_up(days: float, left: int) -> None:  # T-16
    at = DELETED + timedelta(days=days)
    assert days_left(DELETED, at) == left
    assert (restorable_since(at) < DELETED) == (left > 0)
