"""Numbers of analytics in words."""

from datetime import date

from app.engine.application.analytics.numbers import PeopleNumbers
from app.engine.domain.periods import Period
from app.engine.domain.proportions import FEWEST, Difference, Verdict
from app.engine.domain.spans import DAY, HOUR
from app.messaging.application import Result
from app.platform.text.formats import short_date
from app.platform.text.words import counted

REACTION_LABELS = {Result.OPENED: "Opened", Result.CLICKED: "Clicked", Result.REPLIED: "Replied"}
TOO_EARLY = f"Too early to tell: fewer than {FEWEST} recipients"


def rate(share: float | None) -> str:
    """0.4321 → 43.2%."""
    return "–" if share is None else f"{share * 100:.1f}%"


def span(minutes: int | None) -> str:
    """Return a time as it is kept: 14 minutes, 3 hours, 5 days."""
    if minutes is None:
        return "–"
    if minutes < 1:
        return "under a minute"
    if minutes < 2 * HOUR:
        return counted(minutes, "minute")
    return counted(minutes // HOUR, "hour") if minutes < 2 * DAY else counted(minutes // DAY, "day")


def days(period: Period) -> str:
    """“Nov 1 – Nov 30, 2026”; only one day if it is one."""
    return dates(period.first, period.last)


def dates(first: date, last: date) -> str:
    if first == last:
        return short_date(first)
    if first.year == last.year:
        return f"{first:%b %-d} – {short_date(last)}"
    return f"{short_date(first)} – {short_date(last)}"


def count_before(now: int, before: int | None) -> str | None:
    """“Before: 1,024 (+12%)”."""
    if before is None:
        return None
    change = f" ({_signed((now - before) / before * 100, 0)}%)" if before else ""
    return f"Before: {before:,}{change}"


def rate_before(now: float | None, before: float | None) -> str | None:
    """“Before: 38.2% (+2.1 points)”."""
    if before is None:
        return None
    change = f" ({_signed((now - before) * 100, 1)} points)" if now is not None else ""
    return f"Before: {rate(before)}{change}"


def _signed(number: float, digits: int) -> str:
    """Return a number with its sign; 0 has none, also if it is only rounded to that."""
    text = f"{number:+.{digits}f}"
    return "0" if not float(text) else text


def span_before(before: PeopleNumbers | None) -> str | None:
    if before is None or before.minutes_to_goal is None:
        return None
    return f"Before: {span(before.minutes_to_goal)}"


def difference(found: Difference, other: str) -> str:
    """“2.1 to 5.3 points higher than Path A”."""
    if found.low is None or found.high is None:
        return TOO_EARLY
    low, high = sorted((abs(found.low) * 100, abs(found.high) * 100))
    if found.verdict == Verdict.NO_DIFFERENCE:
        return f"No clear difference from {other} ({found.low * 100:+.1f} to {found.high * 100:+.1f} points)"
    return f"{low:.1f} to {high:.1f} points {found.verdict.value} than {other}"
