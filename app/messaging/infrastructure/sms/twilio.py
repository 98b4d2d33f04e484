"""Twilio, as a provider of text messages: one request for each of them.

Twilio's library isn't used: its HTTP client has no limits of size and time, and doesn't check which addresses
it connects to.
"""

import base64
import json
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from app.messaging.domain.sms.reports import ABOUT_SENDER, FOR_NOW, OPTED_OUT, sentence_of
from app.messaging.domain.sms.settings import is_service
from app.messaging.infrastructure.servers.smtp import Doubtful, Refused, Unreachable
from app.platform.outgoing.client import Answer, Lost, NotCalled, post
from app.platform.settings import current

ADDRESS: Final = "https://api.twilio.com"
MAX_ANSWER_BYTES: Final = 64 * 1024  # the answer repeats the text


class OptedOut(Refused):
    """The owner of the number has opted out at the provider."""


@dataclass(frozen=True)
class Twilio:
    """An account at Twilio, and the sender of its messages."""

    account_sid: str
    token: str = field(repr=False)
    sender: str

    def send(self, to: str, text: str, report_to: str = "") -> str:
        """Hand over a text message to a number in E.164; return the provider's id of it. What becomes of it
        is reported to the address `report_to`.

        Raises Refused (also Unreachable and OptedOut) and Doubtful.
        """
        whom = {"MessagingServiceSid" if is_service(self.sender) else "From": self.sender}
        fields = {"To": to, **whom, "Body": text} | ({"StatusCallback": report_to} if report_to else {})
        own = current().twilio_url
        url = f"{own or ADDRESS}/2010-04-01/Accounts/{self.account_sid}/Messages.json"
        try:
            answer = post(url, self._headers(), urlencode(fields).encode(), bool(own), MAX_ANSWER_BYTES)
        except Lost as lost:
            raise Doubtful(f"Twilio’s response was lost. {lost}") from None
        except NotCalled as failure:
            raise Unreachable(f"Twilio can’t be reached. {failure}") from None
        return _read(answer)

    def _headers(self) -> dict[str, str]:
        credentials = base64.b64encode(f"{self.account_sid}:{self.token}".encode()).decode()
        return {
            "Authorization": f"Basic {credentials}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
            "User-Agent": "Muster",
        }


def _read(answer: Answer) -> str:
    said = _document(answer.text)
    if 200 <= answer.status < 300:
        return str(said.get("sid", ""))[:34]
    code = said.get("code")
    code = code if isinstance(code, int) else 0
    if answer.status == 504:  # from a proxy; Twilio may have received the request
        raise Doubtful("Twilio didn’t answer in time (status 504).")
    if answer.status == 429 or code == 20429:
        raise Unreachable("Twilio isn’t accepting more messages right now (status 429).")
    if code in ABOUT_SENDER or (not code and answer.status in (401, 403, 404, 407)):
        raise Unreachable(
            sentence_of(code) if code else f"Twilio refused to answer (status {answer.status})."
        )
    if code == OPTED_OUT:
        raise OptedOut(sentence_of(code), is_final=True)
    if answer.status >= 500 or code in FOR_NOW:
        why = sentence_of(code) if code else f"Twilio had a problem (status {answer.status})."
        raise Refused(why, is_final=False)
    why = sentence_of(code) if code else f"Twilio refused it (status {answer.status})."
    raise Refused(why, is_final=True)


def _document(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
