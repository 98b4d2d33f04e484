"""Coordinates of line charts."""

import pytest

from app.platform.charts.lines import area_points, line_points


@pytest.mark.parametrize(
    ("values", "points"),
    [
        ([], ""),
        ([(0, 0)], "0.0,120.0"),
        ([(0, 0), (5, 50), (10, 100)], "0.0,120.0 300.0,60.0 600.0,0.0"),
        ([(-5, -5), (20, 500)], "0.0,120.0 600.0,0.0"),  # never outside of the picture
    ],
)
def test_the_line(values, points) -> None:
    assert line_points(values, 10, 100) == points


def test_the_area_reaches_the_ground() -> None:
    assert area_points([(2, 50), (10, 100)], 10, 100) == "120.0,120 120.0,60.0 600.0,0.0 600.0,120"
    assert area_points([], 10, 100) == ""


def test_nothing_to_measure_is_the_ground() -> None:
    assert line_points([(1, 1)], 0, 0) == "0.0,120.0"
