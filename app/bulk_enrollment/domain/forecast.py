"""A check before the start, in words: what would become of the rows, and how long it takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from app.bulk_enrollment.domain.outcomes import Outcome
from app.platform.formats import number, plural

ROWS_A_SECOND: Final = 2_000  # until a job of the account has shown its own pace
SHORTEST: Final = 2.0


@dataclass(frozen=True)
class SampleRow:
    """A row of the file as an example; `message` says what is about it."""

    row: int
    line: int
    text: str
    message: str


@dataclass(frozen=True)
class Expected:
    """Rows that would come out alike."""

    outcome: Outcome
    rows: int
    words: str
    samples: list[SampleRow] = field(default_factory=list)


def words_of(outcome: Outcome, rows: int) -> str:
    """`3 stand in the file a second time`."""
    return f"{number(rows)} {_WORDS[outcome](rows)}"


def headline(counts: Mapping[Outcome, int], workflow: str | None) -> str:
    """What a start would do, as one sentence."""
    done = sum(rows for outcome, rows in counts.items() if outcome.counts_as == "succeeded")
    if workflow is None:
        return _import_headline(counts)
    if not done:
        return f"Nobody would be added to {workflow}."
    return f"{plural(done, 'person', 'people')} will be added to {workflow}."


def seconds_needed(rows: int, rate: float | None) -> float:
    """How long a job of so many rows probably takes; `rate` is that of the account's last jobs."""
    return max(SHORTEST, rows / (rate or ROWS_A_SECOND))


def _import_headline(counts: Mapping[Outcome, int]) -> str:
    new, known = counts.get(Outcome.CREATED, 0), counts.get(Outcome.UPDATED, 0)
    if new and known:
        return f"{plural(new, 'new contact')}, and {plural(known, 'known one')} looked through for changes."
    if new:
        return f"{plural(new, 'new contact')} will be added."
    return (
        f"{plural(known, 'known contact')} will be looked through for changes."
        if known
        else "Nothing would change."
    )


def _verb(one: str, many: str) -> Callable[[int], str]:
    return lambda rows: one if rows == 1 else many


_WORDS: Final[dict[Outcome, Callable[[int], str]]] = {
    Outcome.ENROLLED: _verb("will be added to the workflow", "will be added to the workflow"),
    Outcome.CREATED: _verb("becomes a contact", "become contacts"),
    Outcome.UPDATED: _verb(
        "is known and updated where the file says more", "are known and updated where the file says more"
    ),
    Outcome.UNCHANGED: _verb("is known already and stays as it is", "are known already and stay as they are"),
    Outcome.VALIDATION_ERROR: _verb("row needs mending", "rows need mending"),
    Outcome.DUPLICATE_IN_SELECTION: _verb(
        "stands in the file a second time", "stand in the file a second time"
    ),
    Outcome.CONTACT_NOT_FOUND: _verb("is not among your contacts", "are not among your contacts"),
    Outcome.CONTACT_BLOCKED: _verb(
        "does not want mail, or cannot get any", "do not want mail, or cannot get any"
    ),
    Outcome.ALREADY_ENROLLED: _verb(
        "is in the workflow already, or was", "are in the workflow already, or were"
    ),
} | {
    outcome: _verb("row cannot be done", "rows cannot be done")
    for outcome in (
        Outcome.WORKFLOW_INACTIVE,
        Outcome.WORKFLOW_NOT_FOUND,
        Outcome.ENROLLMENT_ERROR,
        Outcome.DATABASE_ERROR,
        Outcome.TIMEOUT_ERROR,
        Outcome.CANCELLED,
    )
}
