"""Sends text messages through the account's provider."""

import time
from datetime import datetime
from functools import cache, partial
from typing import Final

from app.contacts import application as contacts
from app.contacts.domain import may_be_contacted
from app.messaging.application.servers.senders import sender_name
from app.messaging.application.sms.addresses import report_url
from app.messaging.application.sms.provider import ChosenSms, chosen_sms, why_no_texts
from app.messaging.application.sources import Content
from app.messaging.domain.receipt import Receipt
from app.messaging.domain.sms.quiet_hours import QuietHours
from app.messaging.domain.sms.settings import MAX_TEXT
from app.messaging.infrastructure.servers.smtp import Refused, Unreachable
from app.messaging.infrastructure.sms import store as sms_store
from app.messaging.infrastructure.sms.twilio import OptedOut
from app.messaging.infrastructure.store import Claimed
from app.platform.clock import now
from app.platform.database import forget_snapshot
from app.platform.database.deadlocks import despite_deadlocks
from app.platform.settings import current

NO_NUMBER: Final = "The contact has no valid phone number with a country code."
AT_PROVIDER: Final = "Opted out at the SMS provider"
AT_ONCE: Final = 1
"""How many are claimed together. Each takes a request of its own, the provider may report what became of it
within a second, and whoever asks for no more texts meanwhile gets none of those that are not claimed yet."""


class SmsTransport:
    """Hands text messages over to the account's provider, at the pace that is set."""

    sender_id: int | None = None
    at_once = 1

    def __init__(self, account_id: int, by: ChosenSms) -> None:
        self._account_id, self._by = account_id, by
        self._name = cache(partial(sender_name, account_id))
        self._next_at = 0.0
        self.is_reachable = True

    @property
    def asks_consent(self) -> bool:
        return self._by.asks_consent

    @property
    def quiet_hours(self) -> QuietHours | None:
        return self._by.quiet_hours

    def name_of(self, address: str) -> str:
        return self._name()

    def most_at_once(self, at: datetime) -> int:
        """Keeps the pace, so that what is claimed is sent at once. What people have set meanwhile counts.
        Nothing is sent without the address of this server: nobody could opt out."""
        forget_snapshot()  # no transaction is open meanwhile
        time.sleep(max(0.0, self._next_at - time.monotonic()))
        by = chosen_sms(self._account_id)
        if by is None or by.is_paused or not current().public_url:
            return 0
        self._by = by
        return AT_ONCE

    def send(self, message: Claimed, content: Content) -> Receipt:
        """The consent that counts is that of the number which the message goes to, whatever number the
        contact had when the message was claimed."""
        number = self._number(message)
        if not content.text.strip():
            raise Refused("The text is empty.", is_final=True)
        if len(content.text) > MAX_TEXT:
            raise Refused(f"The text is longer than {MAX_TEXT:,} characters.", is_final=True)
        if self._by.per_second:
            self._next_at = time.monotonic() + 1 / self._by.per_second
        forget_snapshot()  # no transaction is open while the provider takes its time
        try:
            sid = self._by.provider.send(number, content.text, report_url(self._account_id, message.id))
        except OptedOut:
            despite_deadlocks(
                lambda: contacts.note_sms_wish(self._account_id, number, False, AT_PROVIDER, now())
            )
            raise
        except Unreachable:
            self.is_reachable = False
            raise
        return Receipt(f"Accepted by Twilio: {sid}" if sid else "Accepted by Twilio.", address=number)

    def close(self) -> None:
        """There is nothing to close: each message is a request of its own."""

    def _number(self, message: Claimed) -> str:
        """Return the number of a contact, if it may be texted at this moment."""
        found = sms_store.number_of(self._account_id, message.contact_id)
        if found is None or found.number is None:
            raise Refused(NO_NUMBER, is_final=True)
        if not may_be_contacted(found.status):
            raise Refused("The contact can’t be contacted.", is_final=True)
        if why := why_no_texts(found.has_agreed, self._by):
            raise Refused(why, is_final=True)
        return found.number
