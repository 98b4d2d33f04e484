"""The provider of an account's text messages, and what providers must be able to do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.messaging.domain.sms.quiet_hours import QuietHours
from app.messaging.infrastructure.sms import store
from app.messaging.infrastructure.sms.tables import SmsProviderRow
from app.messaging.infrastructure.sms.tokens import decrypted
from app.messaging.infrastructure.sms.twilio import Twilio
from app.messaging.infrastructure.store import NOT_AGREED, SAID_NO


class SmsProvider(Protocol):
    """Sends text messages on behalf of an account."""

    def send(self, to: str, text: str, report_to: str = "") -> str:
        """Hand over a text to a number in E.164; return the provider's id of it. Raises Refused (also
        Unreachable and OptedOut) and Doubtful."""


@dataclass(frozen=True)
class ChosenSms:
    """An account's provider. While `is_paused`, nothing may be sent: somebody has paused sending, or the auth
    token, empty then, can't be read. `asks_consent`: only numbers that have said yes get text messages.
    Nobody gets any in their `quiet_hours`."""

    provider: SmsProvider
    account_sid: str
    token: str
    per_second: int | None
    asks_consent: bool
    quiet_hours: QuietHours | None
    is_paused: bool


def chosen_sms(account_id: int) -> ChosenSms | None:
    """Return how an account's text messages are sent; None without a provider."""
    row = store.provider_of(account_id)
    if row is None:
        return None
    token = decrypted(row.token)
    return ChosenSms(
        Twilio(row.account_sid, token or "", row.sender),
        row.account_sid,
        token or "",
        row.per_second,
        row.asks_consent,
        quiet_hours_of(row),
        row.sending_paused or token is None,
    )


def quiet_hours_of(row: SmsProviderRow) -> QuietHours | None:
    """Return the quiet hours that are set; None without any."""
    if row.quiet_from is None or row.quiet_until is None:
        return None
    return QuietHours(row.quiet_from, row.quiet_until)


def quiet_until(account_id: int, at: datetime, zone: str) -> datetime | None:
    """Return when a text message is sent that is due at a moment within the quiet hours of a time zone; None
    if it is sent at once."""
    hours = quiet_hours(account_id)
    return hours.until(at, zone) if hours else None


def quiet_hours(account_id: int) -> QuietHours | None:
    """Return the quiet hours of an account; None without any."""
    by = chosen_sms(account_id)
    return by.quiet_hours if by else None


def texts_unknown_numbers(account_id: int) -> bool:
    """Return whether numbers that have said nothing get text messages of an account."""
    by = chosen_sms(account_id)
    return by is not None and not by.asks_consent


def no_texts(account_id: int, has_agreed: bool | None) -> str:
    """Return why a number gets no text messages of an account; empty if it does. `has_agreed`: what the
    number has said, None for nothing."""
    return why_no_texts(has_agreed, chosen_sms(account_id))


def why_no_texts(has_agreed: bool | None, by: ChosenSms | None) -> str:
    """Return why a number gets no text messages by this provider; empty if it does."""
    if has_agreed is False:
        return SAID_NO
    return NOT_AGREED if has_agreed is None and by is not None and by.asks_consent else ""
