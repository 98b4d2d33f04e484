"""What we import is pinned, exactly and in the right file."""

import importlib.metadata
import re
import sys

from tests.guards.sources import ROOT, sources

PIN = re.compile(r"^([A-Za-z0-9_.\-]+)==([^\s;]+)(\s*;.*)?$")


def pins(name: str) -> dict[str, str]:
    """Package → version of a requirements file; fails on a line that is no exact pin."""
    found = {}
    for line in (ROOT / name).read_text().splitlines():
        if line and not line.startswith(("#", "-r ")):
            pin = PIN.match(line)
            assert pin, f"{name}: {line}"
            found[_plain(pin[1])] = pin[2]
    return found


def test_all_that_is_installed_is_pinned() -> None:
    wanted = pins("requirements.txt") | pins("requirements-dev.txt")
    installed = {
        _plain(item.metadata["Name"]): item.version
        for item in importlib.metadata.distributions()
        if _plain(item.metadata["Name"]) not in ("pip", "setuptools")
    }
    assert {name: version for name, version in installed.items() if wanted.get(name) != version} == {}


def test_the_app_imports_runtime_packages_only() -> None:
    runtime = set(pins("requirements.txt"))
    packages = importlib.metadata.packages_distributions()
    for source in sources("app", "ops", "migrations"):
        for imported, line in source.imports():
            top = imported.partition(".")[0]
            if top in sys.stdlib_module_names or top in ("app", "ops"):
                continue
            owners = {_plain(owner) for owner in packages.get(top, [])}
            if source.name == "ops/screens.py" or source.name.startswith("ops/screens/"):
                continue
            assert owners & runtime, (
                f"{source.name}:{line} imports {top}, which requirements.txt does not have"
            )


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
