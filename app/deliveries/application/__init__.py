"""Public interface of the deliveries room: workflows plan requests to other software with `plan`, in the
caller's transaction; `register_source` tells the room who waits for them."""

from app.deliveries.application.planning import Origin, plan, plan_again, take_up, withdraw
from app.deliveries.application.source import Settled, Source, register_source
from app.deliveries.domain.states import State

__all__ = [
    "Origin",
    "Settled",
    "Source",
    "State",
    "plan",
    "plan_again",
    "register_source",
    "take_up",
    "withdraw",
]
