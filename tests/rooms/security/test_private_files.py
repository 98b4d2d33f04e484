"""Muster's files are readable by its own user only, regardless of the umask."""

import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import create_app
from app.accounts.application import worker_actor
from app.files import application as files
from app.platform.database import db
from app.platform.settings import Settings
from app.platform.tenancy import acting_for


@pytest.fixture
def generous() -> Iterator[None]:
    """Set the usual umask: new files are readable by everyone."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("generous")
def test_nobody_else_may_read_what_a_command_makes(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    app = create_app(Settings.from_environment({"DATA_DIR": str(folder), "REDIS_URL": "redis://127.0.0.1:1"}))
    command = ["create-owner", "--email", "alice@example.com", "--password", "correct horse battery"]
    assert app.test_cli_runner().invoke(args=command).exit_code == 0
    with app.app_context(), acting_for(1):
        files.keep(worker_actor(1), io.BytesIO(b"Email\nann@example.com\n"), "people.csv")
        found = {path.name for path in folder.iterdir() if stat.S_IMODE(path.stat().st_mode) & 0o077}
        assert [stat.S_IMODE(path.stat().st_mode) for path in folder.glob("uploads/*/*")] == [0o600]
        db.session.remove()
        db.engine.dispose()
    assert found <= {"muster.db.lock", "muster.db.next"}, "empty files that say nothing"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.glob("uploads/*")} == {0o700}


def test_a_password_need_not_stand_in_the_list_of_processes(tmp_path: Path) -> None:
    app = create_app(
        Settings.from_environment({"DATA_DIR": str(tmp_path), "REDIS_URL": "redis://127.0.0.1:1"})
    )
    password = "correct horse battery"
    result = app.test_cli_runner().invoke(
        args=["create-owner", "--email", "alice@example.com"], input=f"{password}\n{password}\n"
    )
    assert result.exit_code == 0, result.output
    assert password not in result.output
