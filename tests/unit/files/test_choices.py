"""Validation of the choices on the mapping page."""

import pytest

from app.files.domain.columns.choices import FileChoices, choice_problems
from app.files.domain.consent.questions import ConsentQuestions


@pytest.mark.parametrize(
    ("mapping", "identifier", "wrong"),
    [
        ({"0": "email"}, "email", None),
        ({"0": "phone"}, "email", "Choose which column contains email addresses."),
        ({"0": "phone"}, "contact_id", "Choose which column contains contact IDs."),
        ({"0": "email"}, "phone", "Choose which column contains phone numbers."),
        ({"0": "email", "1": "second_email"}, "email", None),
        (
            {"0": "phone", "1": "second_email"},
            "phone",
            "A second email can only be used when contacts are matched by email.",
        ),
        ({"0": "email", "1": "email"}, "email", "“A” and “B” are both matched to email. Keep one of them."),
        (
            {"0": "email", "1": "first_name", "5": "first_name"},
            "email",
            "“B” and Column 6 are both matched to first name. Keep one of them.",
        ),
        (
            {"0": "email", "1": "custom:Plan", "2": "custom:plan"},
            "email",
            "“B” and “C” are both matched to plan. Keep one of them.",
        ),
        ({"0": "email", "1": "opt_out", "2": "opt_out"}, "email", None),
    ],
)
def test_what_is_wrong_with_the_columns(mapping, identifier, wrong) -> None:
    found = choice_problems(
        FileChoices(mapping, identifier), ["A", "B", "C"], ConsentQuestions((), (), {}), str.lower
    )
    assert found == ({} if wrong is None else {"mapping": wrong})
