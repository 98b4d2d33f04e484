"""A receiver, which may be called although its address is private."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from tests.services.receiver import Receiver, receiver


@pytest.fixture
def configure(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Function that changes settings for the rest of the test."""

    def change(**values: Any) -> None:
        monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], **values))

    return change


@pytest.fixture
def there(configure: Callable[..., None]) -> Iterator[Receiver]:
    configure(webhook_private_addresses=1)
    with receiver() as running:
        yield running
