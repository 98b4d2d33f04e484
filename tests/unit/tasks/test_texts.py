"""Texts of notes and tasks, and the keys of those whom tasks are for."""

import pytest

from app.accounts.domain import Role
from app.tasks.domain import ANYONE, Assignee
from app.tasks.domain.assignees import ROLE_WORDS
from app.tasks.domain.texts import one_line, shortened, tidy


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  a \r\n b\rc ", "a \n b\nc"),
        ("a\x00b\x1bc\x7f\ufeffd\u200b", "abcd"),
        ("tab\tstays", "tab\tstays"),
        ("half \ud800 letter", "half  letter"),
        ("u\u0308", "ü"),
        (" \n\t", ""),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
    ],
)
def test_tidy(text: str, expected: str) -> None:
    assert tidy(text) == expected


def test_one_line() -> None:
    assert one_line(" Call\n\tAnn  Lee ") == "Call Ann Lee"


def test_shortened() -> None:
    assert shortened("abc", 3) == "abc"
    assert shortened("abcd", 3) == "ab…"
    assert shortened("a bcd", 3) == "a…"


@pytest.mark.parametrize(
    "assignee", [ANYONE, Assignee(user_id=12), *(Assignee(role=role) for role in Role)], ids=str
)
def test_keys_lead_back(assignee: Assignee) -> None:
    assert Assignee.of(assignee.key) == assignee


@pytest.mark.parametrize("key", ["role:", "role:king", "user:", "user:-1", "user:1.5", "owner", "user:9" * 9])
def test_what_is_no_key(key: str) -> None:
    assert Assignee.of(key) is None


def test_every_role_has_words() -> None:
    assert set(ROLE_WORDS) == set(Role)
