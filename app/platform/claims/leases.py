"""Leases of work, measured by the database's clock, so that workers with wrong clocks agree.

The database's clock may be set back, too. A stored time that is later than anything that could have been
written by now is therefore void: a lease that ends after one taken just now, or a past time that is in the
future. So a wrong clock cannot block work for longer than one lease.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from app.platform.database import UtcDateTime
from app.platform.settings import current

# Tolerated deviation of clocks.
SLACK_SECONDS = 5.0


class moment(FunctionElement[Any]):
    """SQL expression for the database's current time plus `seconds`."""

    name = "moment"
    type = UtcDateTime()
    inherit_cache = True

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__(sa.literal(float(seconds), sa.Float()))


@compiles(moment, "postgresql")
def _on_postgresql(element: moment, compiler: Any, **options: Any) -> str:
    # Not now(), the start of the transaction, which may have waited for a lock since.
    return f"(clock_timestamp() + make_interval(secs => {compiler.process(element.clauses, **options)}))"


@compiles(moment, "sqlite")
def _on_sqlite(element: moment, compiler: Any, **options: Any) -> str:
    ahead = compiler.process(element.clauses, **options)
    return f"(strftime('%Y-%m-%d %H:%M:%f', 'now', {ahead} || ' seconds') || '000')"


@dataclass(frozen=True)
class Interval:
    """The length of a lease or of a wait, in seconds."""

    seconds: float

    @property
    def end(self) -> moment:
        """SQL expression for the end of an interval that starts now."""
        return moment(self.seconds)

    def is_over(self, end: Any) -> sa.ColumnElement[bool]:
        """SQL condition: the interval that ends at `end` (a column) is over, was never set, or is void."""
        return sa.or_(end.is_(None), end < moment(), end > moment(self.seconds + SLACK_SECONDS))

    def runs(self, end: Any) -> sa.ColumnElement[bool]:
        """SQL condition: the interval that ends at `end` (a column) is valid and not over."""
        return sa.and_(end >= moment(), end <= moment(self.seconds + SLACK_SECONDS))


def lease() -> Interval:
    """Return the length of a worker's lease on a batch."""
    return Interval(current().batch_lease_seconds)


def longest_wait() -> Interval:
    """Return the longest wait before a retry."""
    return Interval(max(current().batch_retry_seconds, default=0.0))


def is_older(column: Any, seconds: float) -> sa.ColumnElement[bool]:
    """SQL condition: a past time is more than `seconds` ago, or void because it is in the future."""
    return sa.or_(column < moment(-seconds), column > moment(SLACK_SECONDS))
