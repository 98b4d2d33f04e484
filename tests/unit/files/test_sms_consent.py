"""Columns about text messages, and what their cells say."""

import pytest

from app.files.domain.consent.withholding import agrees_to_sms
from app.files.domain.headers.words import meaning_of


@pytest.mark.parametrize(
    ("cell", "agrees"),
    [
        *((cell, True) for cell in ("yes", " YES ", "x", "1", "true", "Ja", "opted in", "2024-05-06")),
        *((cell, False) for cell in ("no", "0", "false", "Nein", "STOP", "opted out", "do not contact")),
        *((cell, None) for cell in ("", "-", "none", "perhaps", "pending", "bounced", "17.5", "n/a")),
    ],
)
def test_what_a_cell_says(cell: str, agrees: bool | None) -> None:
    assert agrees_to_sms(cell) is agrees


@pytest.mark.parametrize("header", ["SMS consent", "sms_consent", "Accepts SMS Marketing", "SMS opt-in"])
def test_columns_are_recognized(header: str) -> None:
    assert meaning_of(header) == ("sms_consent", 1.0)


@pytest.mark.parametrize("header", ["SMS", "SMS_BLACKLISTED", "SMS unsubscribed", "Text", "Consent"])
def test_others_are_not(header: str) -> None:
    meaning = meaning_of(header)
    assert meaning is None or meaning[0] != "sms_consent"
