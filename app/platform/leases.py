"""Time that work is measured by: the database's own, so that workers with wrong clocks agree.

That clock may be set back too. So a moment in a row counts only as far as it can have been written by us: a
lease that ends later than one taken just now, or a past that lies ahead, comes from a clock that was wrong,
and is void. No clock can hold work for longer than a lease.
"""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from app.platform.database import UtcDateTime
from app.platform.settings import current

# A clock that is set by less than this changes nothing.
SLACK_SECONDS = 5.0


class moment(FunctionElement[Any]):
    """The database's present moment, or one that lies `seconds` ahead of it."""

    name = "moment"
    type = UtcDateTime()
    inherit_cache = True

    def __init__(self, seconds: float = 0.0) -> None:
        super().__init__(sa.literal(float(seconds), sa.Float()))


@compiles(moment, "postgresql")
def _on_postgresql(element: moment, compiler: Any, **options: Any) -> str:
    # Not the transaction's beginning: it may have waited for somebody else's lock since.
    return f"(clock_timestamp() + make_interval(secs => {compiler.process(element.clauses, **options)}))"


@compiles(moment, "sqlite")
def _on_sqlite(element: moment, compiler: Any, **options: Any) -> str:
    ahead = compiler.process(element.clauses, **options)
    return f"(strftime('%Y-%m-%d %H:%M:%f', 'now', {ahead} || ' seconds') || '000')"


@dataclass(frozen=True)
class Term:
    """A stretch of time that work is given away or put off for, in seconds."""

    seconds: float

    @property
    def end(self) -> moment:
        """When it ends if it begins now."""
        return moment(self.seconds)

    def is_over(self, end: Any) -> sa.ColumnElement[bool]:
        """Whether the term that is to end at `end` (a column) has ended, was never given, or is void."""
        return sa.or_(end.is_(None), end < moment(), end > moment(self.seconds + SLACK_SECONDS))

    def runs(self, end: Any) -> sa.ColumnElement[bool]:
        return sa.and_(end >= moment(), end <= moment(self.seconds + SLACK_SECONDS))


def lease() -> Term:
    """How long work belongs to whom it was given."""
    return Term(current().batch_lease_seconds)


def longest_wait() -> Term:
    """How long work may be put off at most."""
    return Term(max(current().batch_retry_seconds, default=0.0))


def is_older(column: Any, seconds: float) -> sa.ColumnElement[bool]:
    """Whether a past moment lies more than `seconds` back. One that lies ahead does."""
    return sa.or_(column < moment(-seconds), column > moment(SLACK_SECONDS))
