"""Check of the clocks of this machine, the database, and the queue against each other."""

import time
from contextlib import suppress
from typing import Final

from app.home.infrastructure import database_state
from app.platform import queue_state
from app.platform.doctor import Check, Result, ok, problem, warning
from app.platform.doctor import register as add
from app.platform.errors import Unavailable

WARNING_SECONDS: Final = 2.0
PROBLEM_SECONDS: Final = 30.0


def register() -> None:
    add(Check("system_clock", "System clock", system_clock))


def system_clock() -> Result:
    """Compare the clocks. A question takes time, and the answer is as old as half of it."""
    offsets = {}
    with suppress(database_state.NotReachable):  # another check says so
        offsets["database"] = _offset(database_state.server_time)
    with suppress(Unavailable):
        offsets["queue"] = _offset(queue_state.server_time)
    if not offsets:
        return warning("Neither the database nor the queue tells its time.", "Solve their problems first.")
    name, offset = max(offsets.items(), key=lambda item: abs(item[1]))
    if abs(offset) < WARNING_SECONDS:
        return ok(
            f"This machine and the {' and the '.join(offsets)} agree within {WARNING_SECONDS:g} seconds."
        )
    direction = "ahead of" if offset > 0 else "behind"
    found = f"The clock of the {name} is {abs(offset):,.0f} seconds {direction} that of this machine."
    if abs(offset) < PROBLEM_SECONDS:
        return warning(found, "Let a time service, such as chrony, set the clocks of all machines.")
    return problem(
        f"{found} Waits end at the wrong time, and sessions and codes may be refused.",
        "Let a time service, such as chrony, set the clocks of all machines.",
    )


def _offset(ask: "database_state.Clock") -> float:
    before = time.time()
    told = ask()
    return told - (before + time.time()) / 2
