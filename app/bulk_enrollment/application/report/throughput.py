"""The throughput of a running job: its processed rows over time, from the times its batches were settled."""

from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from app.bulk_enrollment.infrastructure import figures
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform.charts.lines import area_points, line_points
from app.platform.text.formats import duration, number
from app.platform.text.words import counted

FEWEST_BATCHES = 3  # for a line that says something


@dataclass(frozen=True)
class Throughput:
    """A line chart: `points` of its line, `area` below it, and the same in words."""

    points: str
    area: str
    words: str


def throughput_of(job: EnrollmentJob, at: datetime) -> Throughput | None:
    """Return the rows over time of a job that has started, up to `at`; None while there is little to show."""
    if job.started_at is None:
        return None
    ends = figures.settled_rows(job.account_id, job.id)
    if len(ends) < FEWEST_BATCHES:
        return None
    seconds = max((at - job.started_at).total_seconds(), (ends[-1][0] - job.started_at).total_seconds())
    sums = accumulate(rows for _, rows in ends)
    line = [
        ((end - job.started_at).total_seconds(), float(rows))
        for (end, _), rows in zip(ends, sums, strict=True)
    ]
    done = line[-1][1]
    line = [(0.0, 0.0), *line, (seconds, done)]
    words = f"{number(done)} of {counted(job.total, 'row')} in {duration(seconds)}"
    return Throughput(line_points(line, seconds, job.total), area_points(line, seconds, job.total), words)
