"""Client input cannot control the terminal, and the queue's socket cannot be hijacked."""

import json
import tempfile
from pathlib import Path

import pytest

from app.platform.settings import Settings
from ops.checks import make_socket_folders
from ops.console import Console
from ops.problems import Problem


def test_a_logged_address_does_not_steer_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    console = Console(tmp_path, ["web"])
    line = {"level": "error", "event": "request_failed", "path": "/\x1b]0;mine\x07\x1b[2J\r\n\u202efine"}
    (tmp_path / "web.log").write_text(json.dumps(line) + "\n")
    console.follow()
    shown = capsys.readouterr().out.strip()
    assert "request_failed" in shown
    assert shown.isprintable()


def test_a_link_in_the_temporary_folder_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    long = tmp_path / ("x" * 120)
    settings = Settings.from_environment({"DATA_DIR": str(long), "SECRET_KEY": "k" * 40})
    folder = settings.queue_socket.parent
    assert folder.parent == tmp_path
    (tmp_path / "elsewhere").mkdir()
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Problem, match="isn’t a safe place"):
        make_socket_folders(settings)
    folder.unlink()
    make_socket_folders(settings)
    assert folder.is_dir()
