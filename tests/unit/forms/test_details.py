"""What users enter about a form, and how long a submission may wait."""

from datetime import UTC, datetime, timedelta

import pytest

from app.forms.domain.details import (
    MAX_CONSENT_TEXT,
    MAX_TITLE,
    AskedField,
    FormDetails,
    name_problem,
    read_details,
    stored_as_fields,
)
from app.forms.domain.submissions import CONFIRM_WITHIN, is_expired

TEXTS = {"title": "Join us", "consent_text": "I agree."}


def test_fields_are_those_that_exist_in_their_order() -> None:
    asked = {
        "custom.size": "required",
        "custom.gone": "required",
        "city": "optional",
        "first_name": "required",
        "email": "optional",
        "status": "required",
        "phone": "",
        "company": "always",
    }
    details = read_details(TEXTS, asked, frozenset({"size", "first_name"}))
    assert isinstance(details, FormDetails)
    assert details.fields == (
        AskedField("first_name", True),
        AskedField("city", False),
        AskedField("custom.size", True),
    )
    assert stored_as_fields(details.stored_fields) == details.fields
    assert details.button and details.thanks and not details.double_opt_in


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "a\nb"}, "title"),
        ({"title": "a" * (MAX_TITLE + 1)}, "title"),
        ({"consent_text": "\n"}, "consent_text"),
        ({"consent_text": "a" * (MAX_CONSENT_TEXT + 1)}, "consent_text"),
        ({"button": "a\tb"}, "button"),
    ],
)
def test_what_is_wrong(typed: dict[str, str], field: str) -> None:
    problems = read_details(TEXTS | typed, {}, frozenset())
    assert isinstance(problems, dict) and list(problems) == [field]


def test_names() -> None:
    assert name_problem("") and name_problem("a" * 81) and name_problem("Newsletter") is None


def test_only_what_waits_expires() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    late = at + CONFIRM_WITHIN + timedelta(seconds=1)
    assert is_expired("waiting", at, late) and not is_expired("received", at, late)
    assert not is_expired("waiting", at, at + CONFIRM_WITHIN)
