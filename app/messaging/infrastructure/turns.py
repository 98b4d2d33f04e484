"""Whose turn it is to send an account's messages. Emails and text messages don't wait for each other."""

from typing import Final

from app.messaging.infrastructure.sms.tables import SmsTurn
from app.messaging.infrastructure.tables import SendingTurn
from app.platform.claims.leases import Interval
from app.platform.claims.turns import Turns

REST_SECONDS = 60.0
TURN = Interval(300.0)  # longer than a batch, with last messages that take as long as they may
TURNS_OF: Final = {
    "email": Turns(SendingTurn.__table__, TURN),
    "sms": Turns(SmsTurn.__table__, TURN),
}
"""{channel: its turns}."""


def rest(channel: str, account_id: int, holder: str) -> None:
    """Give the turn back, but let nobody take it for REST_SECONDS."""
    TURNS_OF[channel].rest(account_id, holder, REST_SECONDS)
