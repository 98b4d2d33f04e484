"""The health check of a machine, `python -m ops.alive`."""

import socket
import time
from dataclasses import replace
from threading import Timer

import pytest
from flask import Flask

from ops import run


def test_a_web_server_that_never_answers_is_not_waited_for(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "ANSWER_WITHIN_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        end = Timer(3, silent.shutdown, [socket.SHUT_RDWR])
        end.start()
        settings = replace(app.extensions["settings"], host="127.0.0.1", port=silent.getsockname()[1])
        began = time.monotonic()
        assert run.ask(settings, "/healthz") == (0, "The web server isn’t responding.")
        end.cancel()
        assert time.monotonic() - began < 2
