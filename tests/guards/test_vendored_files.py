"""Files of others that we ship or test with are the ones that were looked at: their hashes are recorded."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.guards.sources import ROOT

FOLDERS = ["app/static/vendor", "app/accounts/domain/vendor", "tests/browser/vendor"]
OURS = {"hashes.json", "README.md"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_hashes(folder: str) -> None:
    path = ROOT / folder
    recorded = json.loads((path / "hashes.json").read_text())
    found = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in shipped(path)}
    assert found == recorded


@pytest.mark.parametrize("folder", FOLDERS)
def test_each_is_named_and_has_its_licence(folder: str) -> None:
    path = ROOT / folder
    readme = (path / "README.md").read_text()
    for file in shipped(path):
        assert file.name in readme, f"{file.name} is not in the README"
    assert list(path.glob("*.LICENSE"))


def shipped(folder: Path) -> list[Path]:
    return [file for file in folder.iterdir() if file.name not in OURS and file.suffix != ".LICENSE"]
