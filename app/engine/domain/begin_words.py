"""Wording of when people begin who are held until a workflow is started."""

from collections.abc import Iterator
from datetime import datetime

from app.platform.text.pace import Drip, DripPlan
from app.platform.text.pace_words import day_and_time, pace_words
from app.platform.text.words import counted


def begin_words(drip: Drip, plan: DripPlan, now: datetime) -> Iterator[str]:
    """Yield sentences with the pace, and with the time at which the first and the last people begin."""
    yield f"{pace_words(drip)}."
    if not plan.portions or not plan.first:
        return
    first = day_and_time(plan.first[0][0], drip.zone, now)
    people = counted(plan.people, "person", "people")
    if plan.portions == 1:
        yield f"{people} will begin {first}."
        return
    last = "more than a year later" if plan.last is None else day_and_time(plan.last, drip.zone, now)
    portions = counted(plan.portions, "portion")
    yield f"{people} in {portions}: the first will begin {first}, the last {last}."
