"""An account's settings for text messages: provider, sender, pace, quiet hours, and consent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.messaging.domain.sms.quiet_hours import QuietHours, read_quiet_hours
from app.platform.addresses import AddressProblem, phone_key
from app.platform.text.numbers import typed_number

MAX_SENDER: Final = 34
MAX_TOKEN: Final = 100
MOST_A_SECOND: Final = 100
MAX_TEXT: Final = 1_600
"""The most characters that the provider takes in one message."""

_ACCOUNT_SID = re.compile(r"AC[0-9a-f]{32}")
_SERVICE_SID = re.compile(r"MG[0-9a-f]{32}")
_SHORT_CODE = re.compile(r"[0-9]{3,8}")
_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
_TOKEN = re.compile(rf"[A-Za-z0-9]{{1,{MAX_TOKEN}}}")


@dataclass(frozen=True)
class SmsSettings:
    """The account at the provider, and whom text messages are from: a number in E.164, a short code, a name,
    or the id of a messaging service. `asks_consent`: only numbers that have said yes get any. Without
    `quiet_hours`, they are sent around the clock."""

    account_sid: str
    sender: str
    per_second: int | None
    asks_consent: bool
    quiet_hours: QuietHours | None


def is_service(sender: str) -> bool:
    """Return whether a sender is a messaging service, which chooses the number itself."""
    return _SERVICE_SID.fullmatch(sender) is not None


def read_sms_settings(typed: Mapping[str, str], country: str | None) -> SmsSettings | dict[str, str]:
    """Read the fields of SmsSettings; return {field: sentence} if something is wrong. Numbers without a
    country code are those of `country`."""
    account_sid = typed.get("account_sid", "").strip()
    sender = _sender(typed.get("sender", ""), country)
    per_second = typed_number(typed.get("per_second"), MOST_A_SECOND)
    wrong: dict[str, str] = {}
    if not _ACCOUNT_SID.fullmatch(account_sid):
        wrong["account_sid"] = "Enter the account SID from your Twilio console: AC and 32 characters."
    if sender is None:
        wrong["sender"] = (
            "Enter a phone number with its country code, a short code, a name of at most 11 letters and"
            " digits, or the SID of a messaging service (MG and 32 characters)."
        )
    if not per_second and typed.get("per_second", "").strip():
        wrong["per_second"] = f"Enter a whole number from 1 to {MOST_A_SECOND}, or leave this empty."
    quiet = read_quiet_hours(typed)
    if isinstance(quiet, dict):
        return wrong | quiet
    asks_consent = typed.get("consent", "") != "covered"
    return wrong or SmsSettings(account_sid, sender or "", per_second, asks_consent, quiet)


def token_problem(token: str) -> str | None:
    """Return why an auth token can't be used, or None."""
    return None if _TOKEN.fullmatch(token) else "Enter the auth token from your Twilio console."


def read_number(text: str, country: str | None) -> str | None:
    """Return a phone number in E.164; None if it is none."""
    key = phone_key(text, country)
    return None if isinstance(key, AddressProblem) else key


def _sender(text: str, country: str | None) -> str | None:
    text = " ".join(text.split())
    if any(form.fullmatch(text) for form in (_SERVICE_SID, _SHORT_CODE, _NAME)):
        return text
    return read_number(text, country)
