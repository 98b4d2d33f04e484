"""What the tests of bulk enrollment share."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask

from tests.people import Person
from tests.rooms.bulk_enrollment.app_clock import AppClock
from tests.rooms.bulk_enrollment.trial import Trial


@pytest.fixture
def trial(app: Flask, bob: Person, run_tasks: Callable[[], bool]) -> Trial:
    """Bob tries out jobs."""
    return Trial(app, bob.actor, run_tasks)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> AppClock:
    """The app's clock, at noon of a Tuesday."""
    return AppClock(monkeypatch, datetime(2026, 12, 1, 12, tzinfo=UTC))
