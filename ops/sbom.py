"""`make sbom`: the inventory of everything of others that Muster ships, as CycloneDX 1.6 in build/.

Packages are those of requirements.txt with the hashes of requirements.lock; browser files, fonts, and lists
those of the READMEs beside them. Licenses are SPDX expressions, which packages write in several ways.
"""

import importlib.metadata
import json
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent
VENDORED = ("app/static/vendor", "app/accounts/domain/vendor")
TARGET = ROOT / "build" / "muster.cdx.json"

# What packages do not say in a way that can be read.
LICENSES = {"supervisor": "LicenseRef-Repoze", "dkimpy": "Zlib", "async-timeout": "Apache-2.0"}
_WORDS = (
    (r"apache", "Apache-2.0"),
    (r"\bmit\b", "MIT"),
    (r"bsd", "BSD-3-Clause"),
    (r"mozilla|mpl", "MPL-2.0"),
    (r"\bisc\b", "ISC"),
    (r"unlicense", "Unlicense"),
    (r"python software|psf", "PSF-2.0"),
    (r"0bsd", "0BSD"),
    (r"ofl", "OFL-1.1"),
)
_PIN = re.compile(r"^([A-Za-z0-9_.\-]+)==([^\s;\\]+)")
_ROW = re.compile(r"^\| `(.+?)` \| (\S+) (\S+) \| (.+?) \(\[text\]")


class Component(NamedTuple):
    """Something that others have made; `license` is "" if nothing says it."""

    kind: str
    name: str
    version: str
    license: str
    hashes: list[str]


def packages(requirements: str) -> list[Component]:
    """Return the packages that a requirements file pins."""
    hashes = _hashes(requirements.replace(".txt", ".lock"))
    pins = map(_PIN.match, (ROOT / requirements).read_text().splitlines())
    found = [(plain(pin[1]), pin[2]) for pin in pins if pin]
    return [
        Component("library", name, version, license_of(name), hashes.get(name, []))
        for name, version in sorted(found)
    ]


def vendored_files() -> list[Component]:
    """Return the vendored files, one for each package."""
    found: dict[str, Component] = {}
    for folder in (ROOT / path for path in VENDORED):
        recorded = json.loads((folder / "hashes.json").read_text())
        for row in filter(None, map(_ROW.match, (folder / "README.md").read_text().splitlines())):
            file, name, version, words = row.groups()
            made = Component("file", name, version, _in_spdx(words), [])
            found.setdefault(name, made).hashes.append(recorded[file])
    return list(found.values())


def license_of(name: str) -> str:
    """Return the license of an installed package as an SPDX expression."""
    if name in LICENSES:
        return LICENSES[name]
    try:
        told = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return ""
    if "License-Expression" in told:
        return told["License-Expression"]
    classifiers = [
        line.rpartition(" :: ")[2] for line in told.get_all("Classifier") or [] if "License" in line
    ]
    words = [*classifiers, told["License"].partition("\n")[0] if "License" in told else ""]
    return next(filter(None, map(_in_spdx, words)), "")


def plain(name: str) -> str:
    """Return the name of a package in the form that all spellings share."""
    return re.sub(r"[-_.]+", "-", name).lower()


def document() -> dict[str, Any]:
    """Return the inventory."""
    components = [*packages("requirements.txt"), *vendored_files()]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "muster", "bom-ref": "muster"}},
        "components": [_entry(component) for component in components],
    }


def main() -> int:
    """Write the inventory."""
    TARGET.parent.mkdir(exist_ok=True)
    made = document()
    TARGET.write_text(json.dumps(made, indent=2) + "\n")
    print(f"{len(made['components'])} components in {TARGET}.")
    return 0


def _entry(component: Component) -> dict[str, Any]:
    system = "pypi" if component.kind == "library" else "npm"
    address = f"pkg:{system}/{component.name.replace('@', '%40')}@{component.version}"
    return {
        "type": "library",
        "bom-ref": address,
        "name": component.name,
        "version": component.version,
        "purl": address,
        "licenses": [{"expression": component.license}],
        "hashes": [{"alg": "SHA-256", "content": one} for one in component.hashes],
    }


def _hashes(lock: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in (ROOT / lock).read_text().replace("\\\n", " ").splitlines():
        if pin := _PIN.match(line):
            found[plain(pin[1])] = re.findall(r"--hash=sha256:([0-9a-f]{64})", line)
    return found


def _in_spdx(words: str) -> str:
    text = words.lower()
    return next((spdx for pattern, spdx in reversed(_WORDS) if re.search(pattern, text)), "")


if __name__ == "__main__":
    sys.exit(main())
