"""Why a message waits, or was only kept: what Muster itself answers to a message. The reasons are stored as
codes, because statements and conditions look for them; pages show sentences. What a mail server or provider
answers is stored as it is."""

from enum import StrEnum
from typing import Final

from app.messaging.domain.states import State


class Delay(StrEnum):
    """Why a planned message waits although it was due."""

    FREQUENCY_CAP = "frequency_cap"
    QUIET_HOURS = "quiet_hours"


class Kept(StrEnum):
    """Why a message counts as sent, but was only kept in the outbox."""

    NO_MAIL_SERVER = "no_mail_server"
    NO_SMS_PROVIDER = "no_sms_provider"
    REHEARSAL = "rehearsal"


KEPT: Final = frozenset(Kept)

_DELAYED: Final[dict[str, str]] = {
    Delay.FREQUENCY_CAP: (
        "Waiting because the contact has already received as many messages as the frequency cap allows."
    ),
    Delay.QUIET_HOURS: "Waiting until quiet hours end.",
}
_KEPT: Final[dict[str, str]] = {
    Kept.NO_MAIL_SERVER: "Kept in the outbox because no mail server is connected.",
    Kept.NO_SMS_PROVIDER: "Kept in the outbox because no SMS provider is connected.",
    Kept.REHEARSAL: "Kept in the outbox because sending is limited to certain addresses.",
}


def sentence_of(answer: str, state: str) -> str:
    """Return the answer to a message in a state as a sentence. A message that waited and was then withdrawn
    keeps the code of its delay, which no longer explains anything."""
    if answer in _DELAYED:
        return _DELAYED[answer] if state == State.PLANNED else ""
    return _KEPT.get(answer, answer)
