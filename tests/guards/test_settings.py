"""The README's table says of every setting exactly what the code does."""

import re
from dataclasses import fields
from pathlib import Path

from app.accounts.domain.limits import LIMITS
from app.platform.settings import Settings

README = Path(__file__).resolve().parents[2] / "README.md"
ROW = re.compile(r"^\| `([A-Z_]+)` \| (.*?) \| (.*?) \|$", re.MULTILINE)


def shown_default(item: object) -> str:
    """How the table shows a default: in the words that the setting has for it, else the value."""
    shown = item.metadata["shown"]  # type: ignore[attr-defined]
    return shown if shown is not None else f"`{item.default}`"  # type: ignore[attr-defined]


def test_every_setting_stands_in_the_readme() -> None:
    in_readme = {name: (default, doc) for name, default, doc in ROW.findall(README.read_text())}
    in_code = {item.name.upper(): (shown_default(item), item.metadata["doc"]) for item in fields(Settings)}
    assert in_readme == in_code


def test_every_limit_of_accounts_has_its_words() -> None:
    assert set(LIMITS) == set(Settings().account_limits)
