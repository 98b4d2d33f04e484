"""Bar charts as SVG coordinates, drawn on the server."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

WIDTH, HEIGHT = 600, 160
_GAP: Final = 0.2
_STEPS: Final = (1, 2, 3, 4, 5, 6, 8, 10)


class Bar(NamedTuple):
    """A rectangle of a series, in a picture of WIDTH × HEIGHT with its origin at the top left."""

    series: int
    place: int
    x: str
    y: str
    width: str
    height: str


def top_of(highest: int) -> int:
    """Return a round number that is at least as high, even so that half of it is a whole number, too."""
    size = 1
    while size * 10 < highest:
        size *= 10
    top = next(
        int(step * size) for step in _STEPS if step * size >= highest and step * size == int(step * size)
    )
    return max(2, top + top % 2)


def stacked_bars(series: Sequence[Sequence[int]], top: int) -> Iterator[Bar]:
    """Yield the bars of series of equally many numbers, each series on top of those before it."""
    places = len(series[0]) if series else 0
    step = WIDTH / places if places else 0.0
    for place in range(places):
        base = 0.0
        for at, numbers in enumerate(series):
            height = numbers[place] * HEIGHT / top
            if height:
                base += height
                x, width = (place + _GAP / 2) * step, step * (1 - _GAP)
                yield Bar(at, place, *(f"{one:.2f}" for one in (x, HEIGHT - base, width, height)))


def part_of(value: float, whole: float) -> str:
    """Return the width of a horizontal bar, as an attribute of SVG: “62.00%”."""
    return f"{min(1.0, value / whole) * 100 if whole > 0 else 0:.2f}%"
