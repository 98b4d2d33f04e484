"""Whose turn it is to send an account's messages."""

from app.messaging.infrastructure.tables import SendingTurn
from app.platform.leases import Interval
from app.platform.turns import Turns

REST_SECONDS = 60.0
TURN = Interval(120.0)  # longer than a batch, with one message that takes as long as it may
_turns = Turns(SendingTurn.__table__, TURN)

take, give_back, holders, free = _turns.take, _turns.give_back, _turns.holders, _turns.free


def rest(account_id: int, holder: str) -> None:
    """Give the turn back, but let nobody take it for REST_SECONDS."""
    _turns.rest(account_id, holder, REST_SECONDS)
