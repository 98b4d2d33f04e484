"""The charts of the results of templates: coordinates and texts for SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.gallery.application import TemplateHistory
from app.gallery.application.results import VersionResults
from app.platform.charts.bars import Bar, part_of, stacked_bars, top_of

ENROLLED: Final = (("Completed so far", "success"), ("Not completed", "neutral"))
CREATED: Final = (("Workflows created", "accent"),)


@dataclass(frozen=True)
class MonthChart:
    """Stacked bars with (tone, title) of each, the highest number of the axis, and its texts."""

    title: str
    bars: Sequence[tuple[Bar, str, str]]
    legend: Sequence[tuple[str, str]]
    top: int
    words: str


@dataclass(frozen=True)
class VersionBars:
    """A version in words, and how wide its bars are: the workflows that were made from it, and its completion
    rate; None while there are too few enrollments."""

    label: str
    results: VersionResults
    workflows: str
    rate: str | None


def month_words(month: date) -> str:
    """“Nov 2026”."""
    return f"{month:%b %Y}"


def month_charts(found: TemplateHistory) -> list[MonthChart]:
    """Return the charts of workflows by the month in which they were made, and of enrollments by that in
    which people were enrolled; without those that would be empty."""
    numbers, total = [one for _, one in found.months], found.total
    people = [one.people for one in numbers]
    made = f"{total.workflows:,} created in {len(numbers)} months"
    enrolled = f"{total.people.enrolled:,}, of which {total.people.completed:,} are completed so far"
    completed = [one.completed for one in people]
    charts = [
        _chart("Workflows created", made, found, CREATED, [[one.workflows for one in numbers]]),
        _chart(
            "Enrollments",
            enrolled,
            found,
            ENROLLED,
            [completed, [one.enrolled - one.completed for one in people]],
        ),
    ]
    return [chart for chart in charts if chart.bars]


def version_bars(found: TemplateHistory) -> list[VersionBars]:
    """Return the bars of the versions of a template, the newest first."""
    most = max((one.workflows for one in found.versions), default=0)
    current = found.template.version if found.template else None
    return [
        VersionBars(
            label=_version_words(one.number, current),
            results=one,
            workflows=part_of(one.workflows, most),
            rate=None if (rate := one.totals.completion_rate) is None else part_of(rate, 1),
        )
        for one in found.versions
    ]


def _chart(
    title: str,
    words: str,
    found: TemplateHistory,
    legend: Sequence[tuple[str, str]],
    series: Sequence[Sequence[int]],
) -> MonthChart:
    top = top_of(max(map(sum, zip(*series, strict=True))))
    bars = []
    for bar in stacked_bars(series, top):
        label, tone = legend[bar.series]
        month = month_words(found.months[bar.place][0])
        bars.append((bar, tone, f"{month}: {label.lower()} {series[bar.series][bar.place]:,}"))
    return MonthChart(title, bars, legend if len(legend) > 1 else (), top, f"{title} by month: {words}")


def _version_words(number: int | None, current: int | None) -> str:
    if number is None:
        return "Earlier versions"
    return f"Version {number} (current)" if number == current else f"Version {number}"
