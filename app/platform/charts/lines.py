"""Line charts as SVG coordinates, drawn on the server."""

from collections.abc import Sequence

WIDTH, HEIGHT = 600, 120


def line_points(values: Sequence[tuple[float, float]], most_x: float, most_y: float) -> str:
    """Return the `points` of a polyline through (x, y) values from 0 to the given maximums, in a picture of
    WIDTH × HEIGHT with its origin at the bottom left."""
    return " ".join(
        f"{_place(x, most_x) * WIDTH:.1f},{HEIGHT - _place(y, most_y) * HEIGHT:.1f}" for x, y in values
    )


def area_points(values: Sequence[tuple[float, float]], most_x: float, most_y: float) -> str:
    """Return the `points` of the polygon between the same line and the bottom of the picture."""
    if not values:
        return ""
    first, last = (f"{_place(x, most_x) * WIDTH:.1f},{HEIGHT}" for x, _ in (values[0], values[-1]))
    return f"{first} {line_points(values, most_x, most_y)} {last}"


def _place(value: float, most: float) -> float:
    return min(1.0, max(0.0, value / most)) if most > 0 else 0.0
