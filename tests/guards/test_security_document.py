"""docs/security.md has every requirement of OWASP ASVS 5.0.0, levels 1 and 2, and names tests that exist."""

import ast
import re
from collections import Counter
from functools import cache

from tests.guards.sources import ROOT

DOCUMENT = ROOT / "docs" / "security.md"
STATES = {"met", "n/a", "operator", "not met"}
ROW = re.compile(r"^\| ([0-9][0-9.*, ]+) \| (.+?) \| (.+?) \| (.+) \|$", re.MULTILINE)
TEST = re.compile(r"`([a-z]+/[a-z_/]+\.py)(?:::(\w+))?`")

# Section and numbers; of OAuth (10) and WebRTC (17), the whole chapter.
REQUIREMENTS = (
    "1.1:1-2 1.2:1-9 1.3:1-11 1.4:1-3 1.5:1-2 2.1:1-3 2.2:1-3 2.3:1-4 2.4:1 3.2:1-2 3.3:1-4 "
    "3.4:1-6 3.5:1-5 3.7:1-2 4.1:1-3 4.2:1 4.3:1-2 4.4:1-4 5.1:1 5.2:1-3 5.3:1-2 5.4:1-3 "
    "6.1:1-3 6.2:1-12 6.3:1-4 6.4:1-4 6.5:1-5 6.6:1-3 6.8:1-4 7.1:1-3 7.2:1-4 7.3:1-2 7.4:1-5 "
    "7.5:1-2 7.6:1-2 8.1:1-2 8.2:1-3 8.3:1 8.4:1 9.1:1-3 9.2:1-4 11.1:1-2 11.2:1-3 11.3:1-3 "
    "11.4:1-4 11.5:1 11.6:1 12.1:1-3 12.2:1-2 12.3:1-4 13.1:1 13.2:1-5 13.3:1-2 13.4:1-5 "
    "14.1:1-2 14.2:1-4 14.3:1-3 15.1:1-3 15.2:1-3 15.3:1-7 16.1:1 16.2:1-5 16.3:1-4 16.4:1-3 "
    "16.5:1-3 "
    "10.* 17.*"
)


def test_every_requirement_has_a_row() -> None:
    named = Counter(one for which, *_ in ROW.findall(DOCUMENT.read_text()) for one in which.split(", "))
    assert named == Counter(required())


def required() -> list[str]:
    found = []
    for part in REQUIREMENTS.split():
        section, _, numbers = part.partition(":")
        for span in numbers.split(",") if numbers else ():
            first, _, last = span.partition("-")
            found += [f"{section}.{number}" for number in range(int(first), int(last or first) + 1)]
        if not numbers:
            found.append(section)
    return found


def test_states_are_known_and_shown() -> None:
    rows = ROW.findall(DOCUMENT.read_text())
    assert [(which, state) for which, _, state, _ in rows if state not in STATES] == []
    assert [which for which, _, state, shown in rows if state != "n/a" and len(shown) < 5] == []


def test_every_test_exists() -> None:
    named = [match for match in TEST.findall(DOCUMENT.read_text()) if not match[0].startswith("app/")]
    wrong = [f"{path}::{name}" for path, name in named if name not in ("", *functions(path))]
    assert len(named) > 150
    assert wrong == []


@cache
def functions(path: str) -> set[str]:
    file = ROOT / "tests" / path
    if not file.exists():
        return set()
    return {node.name for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef)}
