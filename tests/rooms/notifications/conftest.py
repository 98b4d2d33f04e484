"""Jobs of Bob's that tell him about their end, and settings for mail and webhooks."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from tests.people import Person
from tests.rooms.bulk_enrollment.trial import Trial, lines


@pytest.fixture
def trial(app: Flask, bob: Person, run_tasks: Callable[[], bool]) -> Trial:
    return Trial(app, bob.actor, run_tasks)


@pytest.fixture
def configure(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Function that changes settings for the rest of the test."""

    def change(**values: Any) -> None:
        monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], **values))

    return change


@pytest.fixture
def import_people(trial: Trial) -> Callable[..., str]:
    """Function that imports three rows, one of them invalid, and returns the job; `choices` are its
    options."""

    def run(**choices: Any) -> str:
        return trial.run(
            lines("ann@example.com", "ben@example.com", "nonsense"), None, missing="create", **choices
        )

    return run
