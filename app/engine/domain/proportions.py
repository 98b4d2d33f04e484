"""Whether two shares differ, or only by chance."""

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import Final

FEWEST: Final = 100
"""Below so many on either side it is too early to tell."""

_Z: Final = 1.959964  # 95%


class Verdict(StrEnum):
    """Whether a share differs from another one."""

    TOO_EARLY = "too_early"
    NO_DIFFERENCE = "no_difference"
    HIGHER = "higher"
    LOWER = "lower"


@dataclass(frozen=True)
class Difference:
    """How much higher a share is than another one, with 95% confidence between `low` and `high`, which are
    shares, too: 0.02 are two percentage points. None if it is too early to tell."""

    verdict: Verdict
    low: float | None = None
    high: float | None = None


def share(part: int, whole: int) -> float | None:
    """Return a share from 0 to 1; None of nothing."""
    return part / whole if whole > 0 else None


def interval(part: float, whole: int) -> tuple[float, float]:
    """Return between what a share lies with 95% confidence (Wilson’s score interval)."""
    found, square = part / whole, _Z * _Z
    center = (found + square / (2 * whole)) / (1 + square / whole)
    spread = sqrt(found * (1 - found) / whole + square / (4 * whole * whole)) * _Z / (1 + square / whole)
    return max(0.0, center - spread), min(1.0, center + spread)


def difference(part: float, whole: int, other_part: float, other_whole: int) -> Difference:
    """Compare a share with another one (Newcombe’s interval for two proportions)."""
    if whole < FEWEST or other_whole < FEWEST:
        return Difference(Verdict.TOO_EARLY)
    one, other = part / whole, other_part / other_whole
    (low, high), (other_low, other_high) = interval(part, whole), interval(other_part, other_whole)
    below = one - other - sqrt((one - low) ** 2 + (other_high - other) ** 2)
    above = one - other + sqrt((high - one) ** 2 + (other - other_low) ** 2)
    return Difference(_verdict(below, above), below, above)


def _verdict(below: float, above: float) -> Verdict:
    if below > 0:
        return Verdict.HIGHER
    return Verdict.LOWER if above < 0 else Verdict.NO_DIFFERENCE
