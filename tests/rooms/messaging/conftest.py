"""The provider of text messages that tests are connected to."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.people import Person
from tests.rooms.messaging.texting import BASE, connect
from tests.services.twilio import FakeTwilio, fake_twilio


@pytest.fixture
def twilio(monkeypatch: pytest.MonkeyPatch, app: Flask, alice: Person) -> Iterator[FakeTwilio]:
    """A provider that the account is connected to, and that sends to everyone who has not opted out, at any
    time of day."""
    settings = app.extensions["settings"]
    with fake_twilio() as running:
        changed = {**vars(settings), "public_url": BASE, "twilio_url": running.url}
        monkeypatch.setitem(app.extensions, "settings", settings.__class__(**changed))
        connect(alice)
        yield running
