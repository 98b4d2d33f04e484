"""The app's clock, set by a test. The database's clock, which measures leases, goes on as ever."""

from datetime import UTC, datetime, timedelta

import pytest

from app.platform import clock


class AppClock:
    """What `now()` returns, everywhere in the app. It stands still between two calls of `go`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at: datetime) -> None:
        self.at = at.astimezone(UTC)
        owner = self

        class SetTime(datetime):
            @classmethod
            def now(cls, tz=None):  # type: ignore[no-untyped-def]
                return owner.at

        monkeypatch.setattr(clock, "datetime", SetTime)

    def go(self, to: datetime | None = None, **ahead: float) -> datetime:
        self.at = to.astimezone(UTC) if to else self.at + timedelta(**ahead)
        return self.at
