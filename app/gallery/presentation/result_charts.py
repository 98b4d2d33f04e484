"""The chart of the results of templates: coordinates and texts for SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.gallery.application import TemplateHistory
from app.platform.charts.bars import Bar, stacked_bars, top_of

SERIES: Final = (("Completed so far", "success"), ("Not completed", "neutral"))


@dataclass(frozen=True)
class HistoryChart:
    """Stacked bars with (tone, title) of each, the highest number of the axis, and its texts."""

    bars: Sequence[tuple[Bar, str, str]]
    legend: Sequence[tuple[str, str]]
    top: int
    words: str


def month_words(month: date) -> str:
    """“Nov 2026”."""
    return f"{month:%b %Y}"


def history_chart(found: TemplateHistory) -> HistoryChart | None:
    """Return the chart of enrollments by the month in which people were enrolled; None without any."""
    people = [numbers.people for _, numbers in found.months]
    if not any(one.enrolled for one in people):
        return None
    series = [[one.completed for one in people], [one.enrolled - one.completed for one in people]]
    top = top_of(max(one.enrolled for one in people))
    total = found.total.people
    bars = []
    for bar in stacked_bars(series, top):
        label, tone = SERIES[bar.series]
        month = month_words(found.months[bar.place][0])
        bars.append((bar, tone, f"{month}: {label.lower()} {series[bar.series][bar.place]:,}"))
    return HistoryChart(
        bars,
        SERIES,
        top,
        f"Enrollments by month: {total.enrolled:,}, of which {total.completed:,} are completed so far",
    )
