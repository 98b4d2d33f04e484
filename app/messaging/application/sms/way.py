"""The way on which text messages leave: the account's provider."""

import time
from datetime import datetime
from typing import Final

from app.contacts import application as contacts
from app.messaging.application.composing import frame_of
from app.messaging.application.sms.addresses import report_url
from app.messaging.application.sms.provider import ChosenSms, chosen_sms
from app.messaging.application.sources import Content
from app.messaging.domain.sms.settings import MAX_TEXT
from app.messaging.domain.taken import Taken
from app.messaging.infrastructure.servers.smtp import Refused, Unreachable
from app.messaging.infrastructure.sms import store as sms_store
from app.messaging.infrastructure.sms.twilio import OptedOut
from app.messaging.infrastructure.store import Claimed
from app.platform.clock import now
from app.platform.database import forget_snapshot
from app.platform.settings import current

NO_NUMBER: Final = "The phone number isn’t one that can be dialed from abroad. Add its country code."
AT_PROVIDER: Final = "Opted out at the SMS provider"
AT_ONCE: Final = 1
"""How many are claimed together. Each takes a request of its own, the provider may report what became of it
within a second, and whoever asks for no more texts meanwhile gets none of those that are not claimed yet."""


class SmsWay:
    """Hands text messages over to the account's provider, at the pace that is set."""

    sender_id: int | None = None

    def __init__(self, account_id: int, by: ChosenSms) -> None:
        self._account_id, self._by = account_id, by
        self._next_at = 0.0
        self.is_reachable = True

    @property
    def asks_consent(self) -> bool:
        return self._by.asks_consent

    def name_of(self, address: str) -> str:
        return frame_of(self._account_id).name

    def most_at_once(self, at: datetime) -> int:
        """What people have set meanwhile counts. Nothing is sent without the address of this server: nobody
        could opt out."""
        by = chosen_sms(self._account_id)
        if by is None or by.is_paused or not current().public_url:
            return 0
        self._by = by
        return AT_ONCE

    def send(self, message: Claimed, content: Content) -> Taken:
        number = sms_store.number_of(self._account_id, message.contact_id)
        if number is None:
            raise Refused(NO_NUMBER, is_final=True)
        if not content.text.strip():
            raise Refused("The text is empty.", is_final=True)
        if len(content.text) > MAX_TEXT:
            raise Refused(f"The text is longer than {MAX_TEXT:,} characters.", is_final=True)
        self._keep_pace()
        forget_snapshot()  # no transaction is open while the provider takes its time
        try:
            sid = self._by.provider.send(number, content.text, report_url(self._account_id, message.id))
        except OptedOut:
            contacts.note_sms_wish(self._account_id, number, False, AT_PROVIDER, now())
            raise
        except Unreachable:
            self.is_reachable = False
            raise
        return Taken(f"Twilio took it: {sid}" if sid else "Twilio took it.")

    def close(self) -> None:
        """There is nothing to close: each message is a request of its own."""

    def _keep_pace(self) -> None:
        if self._by.per_second:
            time.sleep(max(0.0, self._next_at - time.monotonic()))
            self._next_at = time.monotonic() + 1 / self._by.per_second
