"""Every task that is sent has a function, and its name says room and deed."""

import re

from flask import Flask

from app.platform.queue import QUEUES, TASKS
from tests.guards.sources import sources


def test_tasks_are_named_and_limited(app: Flask) -> None:
    ours = {name: task for name, task in TASKS.items() if not name.startswith("tests.")}
    assert ours
    for name, task in ours.items():
        assert re.fullmatch(r"[a-z_]+\.[a-z]+_[a-z_]+", name), name
        assert task.queue in QUEUES, name
        assert 0 < task.timeout <= 3600, name


def test_names_that_are_sent_are_registered(app: Flask) -> None:
    """Names are constants in the code (`PLAN_TASK = "…"`) or written where they are sent."""
    sent = re.compile(r'\b(?:queue\.)?send\(\s*"([^"]+)"|\b[A-Z_]*TASK = "([^"]+)"')
    for source in sources():
        for found in sent.finditer(source.text):
            name = found[1] or found[2]
            assert name in TASKS, f"{source.name} sends {name}, which no worker knows"
