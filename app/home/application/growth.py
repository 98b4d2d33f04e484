"""The chart of the home page: contacts, and those who may be contacted, over time."""

from dataclasses import dataclass

from app.accounts.domain import Actor
from app.contacts import application as contacts
from app.contacts.application import ContactTotals, Counted, DayCounts
from app.platform.charts.lines import area_points, line_points
from app.platform.clock import now
from app.platform.text.formats import number, short_date
from app.platform.text.words import counted

FEWEST_DAYS = 2


@dataclass(frozen=True)
class GrowthChart:
    """Two lines (`points` of contacts with the `area` below it, `reachable`) and the same in words."""

    points: str
    area: str
    reachable: str
    words: str


def growth_chart(actor: Actor, people: ContactTotals) -> GrowthChart | None:
    """Return the chart of the last 90 days up to the given numbers of now, which the daily counts may not
    know yet; None before there are two days to compare."""
    counted_days = contacts.growth_of(actor)
    today = DayCounts(now().date(), people.contacts, people.reachable)
    days = counted_days
    if people.counted is not Counted.AT_LEAST:
        days = [one for one in counted_days if one.day < today.day] + [today]
    if not counted_days or len(days) < FEWEST_DAYS or not days[-1].contacts:
        return None
    first, last = days[0], days[-1]
    length, most = float((last.day - first.day).days), float(max(one.contacts for one in days))
    at = [float((one.day - first.day).days) for one in days]
    all_contacts = [(x, float(one.contacts)) for x, one in zip(at, days, strict=True)]
    reachable = [(x, float(one.reachable)) for x, one in zip(at, days, strict=True)]
    words = (
        f"From {number(first.contacts)} to {counted(last.contacts, 'contact')} since "
        f"{short_date(first.day)}; {number(first.reachable)} could be contacted then, "
        f"{number(last.reachable)} can now."
    )
    return GrowthChart(
        line_points(all_contacts, length, most),
        area_points(all_contacts, length, most),
        line_points(reachable, length, most),
        words,
    )
