"""Every page and every form takes nonsense in all of its fields without an internal error."""

import re
from itertools import cycle
from urllib.parse import quote

import pytest
from flask import Flask

from tests.guards.sources import sources
from tests.guards.test_strangers import addresses, app, ids
from tests.people import Person

__all__ = ["app", "ids"]

pytestmark = pytest.mark.one_database

FORM = "application/x-www-form-urlencoded"
# Percent-encoded, because not all of it is text.
VALUES = (
    "%00",
    "%ff%fe%ed%a0%80",
    "9" * 40,
    "-1",
    quote('{"all":[{"field":"__class__","op":[]}]}'),
    quote("[1,2"),
    "2026-02-30T25:61",
    "x" * 9_000,
    quote("\u0130\u202e\U000e0041 ' \" ; --"),
)


def names() -> set[str]:
    """What fields of pages and forms are called in the code."""
    pattern = re.compile(
        r"""(?:args|form)\.(?:get|getlist)\(\s*"([a-z_-]+)"|^    ([a-z_]+) = \w*Field\(""", re.MULTILINE
    )
    found = {
        name for source in sources("app") for pair in pattern.findall(source.text) for name in pair if name
    }
    return found - {"csrf_token"}


def test_no_value_is_an_internal_error(app: Flask, alice: Person, ids: dict[str, str]) -> None:
    """One value for each page and form, another one for the next: all for all take minutes."""
    fields = sorted(names())
    assert len(fields) > 120
    wrong = []
    for value, (rule, method, address) in zip(cycle(VALUES), addresses(app, ids), strict=False):
        if rule.endpoint in ("security.logout", "health.ready"):
            continue
        short = "&".join(f"{name}={value[:100]}" for name in fields)
        options = {"data": f"{short}&text={value}", "content_type": FORM} if method != "GET" else {}
        answer = alice.browser.open(f"{address}?{short}", method=method, **options)
        if answer.status_code >= 500:
            wrong.append(f"{method} {rule}: {answer.status_code} with {value[:40]}")
    assert not wrong, "\n".join(wrong)
