"""What the tests of bulk enrollment share."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.people import Person
from tests.rooms.bulk_enrollment.trial import Trial


@pytest.fixture
def trial(app: Flask, bob: Person, run_tasks: Callable[[], bool]) -> Trial:
    """Bob tries out jobs."""
    return Trial(app, bob.actor, run_tasks)
