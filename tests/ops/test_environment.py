"""`make` reports missing prerequisites, such as Python, before it runs any of Muster's code."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.services.installation import ROOT


def run(folder: Path, added: str = "", **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run `make` in a folder that has only the requirements, and one line more."""
    for file in ROOT.glob("requirements*.*"):
        shutil.copy(file, folder)
    if added:
        (folder / "requirements.txt").write_text((ROOT / "requirements.txt").read_text() + added)
    return subprocess.run(
        ["/bin/sh", str(ROOT / "ops" / "environment.sh"), "requirements.txt"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """Folder for PATH without Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("cat", "cksum", "rm"):
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    return folder


def test_no_python(tmp_path: Path, tools: Path) -> None:
    done = run(tmp_path, PATH=str(tools))
    assert done.returncode == 1
    assert done.stderr.startswith("Muster needs Python 3.11 or newer, and none was found.")
    assert len(done.stderr.splitlines()) == 1


def test_python_without_its_venv_module(tmp_path: Path, tools: Path) -> None:
    python = tools / "python3"
    python.write_text('#!/bin/sh\ncase "$2" in *venv*) exit 1;; esac\nexit 0\n')
    python.chmod(0o755)
    done = run(tmp_path, PATH=str(tools))
    assert done.returncode == 1
    assert done.stderr.startswith("The Python found (python3) is missing the venv module. On Debian")
    assert len(done.stderr.splitlines()) == 1


def test_a_package_without_a_hash_is_not_installed(tmp_path: Path) -> None:
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    done = run(tmp_path, added="certifi==1.0\n", PATH=os.environ["PATH"])
    assert done.returncode == 1
    assert done.stderr.endswith("in requirements.txt are not those of this version. Run make lock.\n")


def test_nothing_to_do_is_quick_and_silent() -> None:
    done = subprocess.run(
        ["make", "--silent", "environment"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        env=os.environ,
    )
    assert done.returncode == 0
    again = subprocess.run(
        ["make", "--silent", "environment"], cwd=ROOT, capture_output=True, text=True, timeout=3
    )
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
