"""The charts of analytics: coordinates and texts for SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.engine.application.analytics.numbers import REACTIONS, Analytics, PathNumbers, SplitNumbers
from app.engine.domain import BY_TRIGGER, BY_WORKFLOW
from app.engine.presentation.analytics import words
from app.messaging.application import Result
from app.platform.charts.bars import Bar, stacked_bars, top_of

_TONES = {"bulk_enrollment": "accent", BY_TRIGGER: "violet", BY_WORKFLOW: "warning"}
REACTION_TONES = {Result.OPENED: "info", Result.CLICKED: "accent", Result.REPLIED: "success"}


@dataclass(frozen=True)
class SourceChart:
    """Stacked bars with (label, tone) of each series, the highest number of the axis, and its texts."""

    bars: Sequence[tuple[Bar, str, str]]
    legend: Sequence[tuple[str, str]]
    top: int
    words: str
    first: str
    last: str


@dataclass(frozen=True)
class Range:
    """A rate of a path with its 95% interval, as positions from 0 to 100 on an axis that ends at `top`%."""

    path: str
    rate: str
    low: float
    at: float
    high: float
    words: str


@dataclass(frozen=True)
class RangeChart:
    """The rates of one reaction for all paths of a split."""

    result: Result
    label: str
    tone: str
    top: int
    ranges: Sequence[Range]


def source_chart(found: Analytics) -> SourceChart | None:
    """Return the chart of enrollments by source over time; None without any."""
    if not found.sources:
        return None
    series = [one.parts for one in found.sources]
    top = top_of(max(map(sum, zip(*series, strict=True))))
    named = [(one.label, _TONES.get(one.source, "neutral")) for one in found.sources]
    totals = ", ".join(f"{one.label.lower()} {one.total:,}" for one in found.sources)
    bars = [(bar, named[bar.series][1], _title(found, bar)) for bar in stacked_bars(series, top)]
    return SourceChart(
        bars=bars,
        legend=named,
        top=top,
        words=f"People enrolled by {found.period.unit}: {totals}",
        first=words.days(found.parts[0]),
        last=words.days(found.parts[-1]),
    )


def range_charts(split: SplitNumbers) -> list[RangeChart]:
    """Return a chart for each reaction that anybody has shown."""
    return [
        _range_chart(split.paths, result)
        for result in REACTIONS
        if any(path.numbers.of(result) for path in split.paths)
    ]


def _range_chart(paths: Sequence[PathNumbers], result: Result) -> RangeChart:
    found = [(path, ends) for path in paths if (ends := path.interval(result))]
    highest = max(high for _, (_, high) in found)
    top = min(100, max(5, -(-round(highest * 100 + 0.5) // 5) * 5))
    ranges = []
    for path, ends in found:
        low, high = (one * 10_000 / top for one in ends)
        share = path.numbers.rate(result) or 0.0
        between = " to ".join(map(words.rate, ends))
        ranges.append(
            Range(
                path.name,
                words.rate(share),
                low,
                share * 10_000 / top,
                min(high, 100.0),
                f"{path.name}: {words.rate(share)}, {between} with 95% confidence",
            )
        )
    return RangeChart(result, words.REACTION_LABELS[result], REACTION_TONES[result], top, ranges)


def _title(found: Analytics, bar: Bar) -> str:
    source, part = found.sources[bar.series], found.parts[bar.place]
    return f"{words.days(part)}: {source.label} {source.parts[bar.place]:,}"
