"""Waits before further attempts, for batches and deliveries alike."""

from app.platform.claims.retry_waits import wait_after


def test_each_attempt_has_its_own_wait() -> None:
    waits = (10.0, 30.0, 90.0)
    assert [wait_after(attempt, waits) for attempt in range(1, 6)] == [10.0, 30.0, 90.0, None, None]
    assert wait_after(1, ()) is None
