"""Which rows of a finished job can be retried, how many are left, and which job a downloaded file is of."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from app.bulk_enrollment.domain.outcomes import FAILED, FIXABLE, RETRY_HELPS, Outcome

RETRIED: Final = tuple(outcome for outcome in Outcome if outcome in RETRY_HELPS)


WHOLE: Final = "whole"
"""Value of the column `retries` of a job that runs a whole selection again, because the first job was
canceled before any row was read."""


def taken_outcomes(retries: str | None) -> tuple[Outcome, ...]:
    """Return the outcomes whose rows a retry takes up, from the job's column `retries`."""
    if retries == WHOLE:
        return (Outcome.CANCELLED,)
    return tuple(Outcome[code] for code in (retries or "").split(",") if code)


def write_outcomes(outcomes: Iterable[Outcome]) -> str:
    """Return the value of the column `retries` for these outcomes."""
    return ",".join(outcome.name for outcome in sorted(outcomes))


@dataclass(frozen=True)
class Correctable:
    """A job that a file with the same columns may correct: its `place` in the order of the jobs (more is
    newer), the name of its file, its {outcome code: rows}, and whether it retries rows of another job."""

    place: int
    file_name: str
    totals: Mapping[str, int]
    is_retry: bool


def job_of_download(
    jobs: Iterable[Correctable], file_name: str, rows: int, outcomes: Collection[str]
) -> Correctable | None:
    """Return the job of which a file was downloaded that has `rows` rows, with these outcomes among them.

    Jobs that lack an outcome are only taken if there is no other. Then the number of rows decides, which
    distinguishes a retry from the job that it retries; then the file name. What is still open is the first
    job, not its retry, and the newest of several.
    """
    known = list(jobs)
    possible = [job for job in known if all(job.totals.get(code) for code in outcomes)]
    return max(possible or known, key=lambda job: _likelihood(job, file_name, rows, outcomes), default=None)


def _likelihood(
    job: Correctable, file_name: str, rows: int, outcomes: Collection[str]
) -> tuple[bool, bool, bool, int]:
    sizes = {
        "failed": sum(job.totals.get(outcome.name, 0) for outcome in FAILED),
        "all": sum(job.totals.values()),
        "": sum(job.totals.get(code, 0) for code in outcomes),
    }
    stem = job.file_name.rpartition(".")[0] or job.file_name
    has_name = file_name.startswith(f"{stem}-")
    part = file_name.removeprefix(f"{stem}-") if has_name else ""
    named = next((name for name in ("failed", "all") if part.startswith(name)), None)
    has_size = rows == sizes[named] if named else rows in sizes.values()
    return has_size, has_name, not job.is_retry, job.place


@dataclass(frozen=True)
class SameError:
    """Rows with the same error: the number of their outcome, its detail, and the repairs that their
    suggestions make (None: there is no suggestion)."""

    outcome: int
    detail: str | None
    repair: str | None


@dataclass(frozen=True)
class RetryState:
    """What retries and users have done about the rows of a finished job.

    `outcomes` is the job's {outcome: rows}; `taken` the outcomes that retries have taken up as a whole,
    `ready`, `fixed`, and `left_out` are {outcome: rows} that were fixed but not run yet, that were fixed and
    run, and that a user left out. `latest` is the public id of the newest retry.
    """

    outcomes: Mapping[Outcome, int]
    taken: frozenset[Outcome] = frozenset()
    ready: Mapping[Outcome, int] = field(default_factory=dict)
    fixed: Mapping[Outcome, int] = field(default_factory=dict)
    left_out: Mapping[Outcome, int] = field(default_factory=dict)
    latest: str | None = None

    @property
    def retryable(self) -> dict[Outcome, int]:
        """{outcome: rows} that a retry can help and none has taken up yet."""
        return {
            outcome: self.outcomes[outcome]
            for outcome in RETRIED
            if self.outcomes.get(outcome) and outcome not in self.taken
        }

    @property
    def to_retry(self) -> int:
        return sum(self.retryable.values())

    @property
    def to_run(self) -> int:
        """Number of fixed rows that wait to be run."""
        return sum(self.ready.values())

    @property
    def fixable(self) -> int:
        """Number of rows that can be fixed by hand, including those that are ready to run."""
        return sum(self._left(outcome) for outcome in FIXABLE)

    @property
    def to_fix(self) -> int:
        """Number of failed rows that can be fixed by hand and are not done."""
        return self._left(Outcome.VALIDATION_ERROR)

    @property
    def failed_left(self) -> int:
        """Number of failed rows that nobody has taken care of."""
        return sum(self.left.values())

    @property
    def left(self) -> dict[Outcome, int]:
        """{outcome: failed rows that nobody has taken care of}."""
        return {outcome: self._left(outcome) for outcome in FAILED}

    def _left(self, outcome: Outcome) -> int:
        if outcome in self.taken:
            return 0
        done = self.fixed.get(outcome, 0) + self.left_out.get(outcome, 0)
        return max(0, self.outcomes.get(outcome, 0) - done)
