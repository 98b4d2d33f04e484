"""Results of a dry run as text: what would happen to the rows, and how long it would take."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from app.bulk_enrollment.domain.outcomes import Outcome
from app.platform.text.formats import number
from app.platform.text.words import counted

ROWS_A_SECOND: Final = 2_000  # used until a job of the account has been measured
SHORTEST: Final = 2.0


@dataclass(frozen=True)
class SampleRow:
    """A sample row of the file; `message` is the reason."""

    row: int
    line: int
    text: str
    message: str


@dataclass(frozen=True)
class Expected:
    """Rows with the same expected outcome."""

    outcome: Outcome
    rows: int
    words: str
    samples: list[SampleRow] = field(default_factory=list)


def words_of(outcome: Outcome, rows: int) -> str:
    """Describe the rows with an outcome: `3 rows are duplicates`."""
    return f"{number(rows)} {_WORDS[outcome](rows)}"


def headline(counts: Mapping[Outcome, int], workflow: str | None) -> str:
    """Describe in one sentence what starting the job would do."""
    done = sum(rows for outcome, rows in counts.items() if outcome.counts_as == "succeeded")
    if workflow is None:
        return _import_headline(counts)
    if not done:
        return f"Nobody will be added to {workflow}."
    return f"{counted(done, 'person', 'people')} will be added to {workflow}."


def new_contacts(count: int, withheld: int) -> str:
    """Describe how many contacts starting the job would create; empty for none.

    `withheld` of them opted out, bounced, or are blocked; they are created so that this is on record.
    """
    if not count:
        return ""
    sentence = f"This creates {counted(count, 'new contact')}"
    if not withheld:
        return f"{sentence}."
    including = "" if withheld == count else f", including {number(withheld)}"
    return f"{sentence}{including} who can’t be contacted."


def seconds_needed(rows: int, rate: float | None) -> float:
    """Estimate the duration of a job in seconds; `rate` is the rows per second of the account's last jobs."""
    return max(SHORTEST, rows / (rate or ROWS_A_SECOND))


def _import_headline(counts: Mapping[Outcome, int]) -> str:
    new, known = counts.get(Outcome.CREATED, 0), counts.get(Outcome.UPDATED, 0)
    if new and known:
        added, checked = counted(new, "new contact"), counted(known, "existing contact")
        return f"{added} will be added, and {checked} will be checked for changes."
    if new:
        return f"{counted(new, 'new contact')} will be added."
    return (
        f"{counted(known, 'existing contact')} will be checked for changes."
        if known
        else "Nothing will change."
    )


def _verb(one: str, many: str) -> Callable[[int], str]:
    return lambda rows: one if rows == 1 else many


_WORDS: Final[dict[Outcome, Callable[[int], str]]] = {
    Outcome.ENROLLED: _verb("person will be added to the workflow", "people will be added to the workflow"),
    Outcome.CREATED: _verb("new contact", "new contacts"),
    Outcome.UPDATED: _verb("existing contact, checked for changes", "existing contacts, checked for changes"),
    Outcome.UNCHANGED: _verb("existing contact won’t change", "existing contacts won’t change"),
    Outcome.VALIDATION_ERROR: _verb("row needs fixing", "rows need fixing"),
    Outcome.DUPLICATE_IN_SELECTION: _verb("row is a duplicate", "rows are duplicates"),
    Outcome.CONTACT_NOT_FOUND: _verb("person isn’t in your contacts", "people aren’t in your contacts"),
    Outcome.CONTACT_BLOCKED: _verb(
        "person can’t be contacted (opted out, bounced, or blocked)",
        "people can’t be contacted (opted out, bounced, or blocked)",
    ),
    Outcome.VALUE_MISSING: _verb("person is left out", "people are left out"),
    Outcome.ALREADY_ENROLLED: _verb("person is or was in the workflow", "people are or were in the workflow"),
} | {
    outcome: _verb("row can’t be processed", "rows can’t be processed")
    for outcome in (
        Outcome.WORKFLOW_INACTIVE,
        Outcome.WORKFLOW_NOT_FOUND,
        Outcome.ENROLLMENT_ERROR,
        Outcome.DATABASE_ERROR,
        Outcome.TIMEOUT_ERROR,
        Outcome.CANCELLED,
    )
}
