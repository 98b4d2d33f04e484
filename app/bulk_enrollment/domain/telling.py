"""A job in the words of a marketer: what it does now, what came of it, what is left to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.bulk_enrollment.domain.job import UNFINISHED, JobStatus, Progress
from app.bulk_enrollment.domain.outcomes import FAILED, Outcome
from app.platform.formats import in_zone, number, plural

S = JobStatus
O = Outcome  # noqa: E741

Counts = Mapping[Outcome, int]


@dataclass(frozen=True)
class Story:
    """What there is to tell. `workflow` None means an import into the contacts; `retry` is (batch, attempt,
    when) of one that failed and is tried again."""

    progress: Progress
    outcomes: Counts
    workflow: str | None
    file_name: str
    planned_rows: int = 0
    is_planned: bool = False
    retry: tuple[int, int, datetime] | None = None
    failure: str | None = None

    @property
    def place(self) -> str:
        return self.workflow or "your contacts"

    @property
    def done(self) -> int:
        return self.progress.succeeded


def headline(story: Story) -> str:
    """The one sentence that matters."""
    status = story.progress.status
    if status in UNFINISHED:
        return _headline_under_way(story)
    if status is S.FAILED:
        return "The file could not be read, so nobody was added."
    if status is S.CANCELLED and not story.done:
        return "Cancelled before anybody was added."
    start = "Cancelled. " if status is S.CANCELLED else ""
    return start + " ".join(filter(None, (_who_is_in(story), needs_you(story.outcomes))))


def _headline_under_way(story: Story) -> str:
    what = f"the people of “{story.file_name}” to {story.place}"
    match story.progress.status:
        case S.PAUSED:
            return f"Adding {what} is paused."
        case S.CANCELLING:
            return f"Stopping. {_who_is_in(story)}"
    return f"Adding {what}."


def _who_is_in(story: Story) -> str:
    done, total = story.done, story.progress.total
    if story.workflow is None:
        return _imported(story.outcomes)
    if done == 0:
        return f"Nobody was added to {story.workflow}."
    if done == total and done > 1:
        return f"All {number(done)} people are in {story.workflow}."
    return f"{plural(done, 'person', 'people')} {'is' if done == 1 else 'are'} in {story.workflow}."


def _imported(outcomes: Counts) -> str:
    new, updated, same = (outcomes.get(one, 0) for one in (O.CREATED, O.UPDATED, O.UNCHANGED))
    parts = (
        [f"{plural(new, 'person', 'people')} {'is' if new == 1 else 'are'} new in your contacts"]
        if new
        else []
    )
    if updated:
        parts.append(f"{number(updated)} {'was' if updated == 1 else 'were'} updated")
    if same:
        parts.append(f"{number(same)} {'was' if same == 1 else 'were'} known already")
    sentence = _listed(parts) + "." if parts else "Nobody was added to your contacts."
    return sentence[:1].upper() + sentence[1:]


def needs_you(outcomes: Counts) -> str:
    """What a person can do about the rows that failed; empty when none did."""
    failed = {outcome: rows for outcome, rows in outcomes.items() if outcome in FAILED and rows}
    total = sum(failed.values())
    if not total:
        return ""
    again = sum(rows for outcome, rows in failed.items() if outcome.retry_helps)
    gone = failed.get(O.WORKFLOW_NOT_FOUND, 0)
    mend = total - again - gone
    verb = "needs" if total == 1 else "need"
    if total == mend:
        return f"{plural(mend, 'row')} {verb} mending."
    if total == again:
        return f"{plural(again, 'row')} can be tried again."
    parts = [f"{number(mend)} to mend"] if mend else []
    parts += [f"{number(again)} to try again"] if again else []
    parts += [f"{number(gone)} whose workflow is gone"] if gone else []
    return f"{plural(total, 'row')} {verb} you: {_listed(parts)}."


def left_out(outcomes: Counts) -> str:
    """Whom the job passed over and why, as one sentence; empty when nobody."""
    counts = {outcome: outcomes[outcome] for outcome in _LEFT_OUT if outcomes.get(outcome)}
    total = sum(counts.values())
    were = "was" if total == 1 else "were"
    if not counts:
        return ""
    if len(counts) == 1:
        [outcome] = counts
        unit, one, many = _LEFT_OUT[outcome]
        verb = one if total == 1 else many
        return f"{plural(total, unit, 'people' if unit == 'person' else None)} {verb} and {were} left out."
    parts = [
        f"{number(rows)} {_LEFT_OUT[outcome][1 if rows == 1 else 2]}" for outcome, rows in counts.items()
    ]
    return f"{plural(total, 'row')} {were} left out: {_listed(parts)}."


# What they are counted in, and what is said of one and of many.
_LEFT_OUT: dict[Outcome, tuple[str, str, str]] = {
    O.ALREADY_ENROLLED: ("person", "is in it already", "are in it already"),
    O.DUPLICATE_IN_SELECTION: ("row", "stands in the file twice", "stand in the file twice"),
    O.CONTACT_BLOCKED: ("person", "cannot be written to", "cannot be written to"),
    O.CONTACT_NOT_FOUND: ("person", "is not among your contacts", "are not among your contacts"),
    O.CANCELLED: ("row", "had not had its turn", "had not had their turn"),
}


def happening(story: Story) -> str:
    """What goes on just now; empty when the job is over."""
    progress = story.progress
    match progress.status:
        case S.SCHEDULED:
            return "Waiting for its time."
        case S.PENDING:
            return "Waiting for a worker to read the file."
        case S.VALIDATING if story.is_planned:
            return "All rows are checked; the batches are being cut."
        case S.VALIDATING:
            return f"Checking the rows: {number(story.planned_rows)} of {number(progress.total)}."
        case S.QUEUED:
            return "Every row is checked. Waiting for a free worker."
        case S.PAUSED:
            return "Paused with the workflow. As soon as the workflow is active again, it goes on by itself."
        case S.CANCELLING:
            return "Batches that are under way finish; the rest is left out."
        case S.PROCESSING:
            return _working(story)
    return ""


def _working(story: Story) -> str:
    now = f"Batch {number(story.progress.current_batch)} of {number(story.progress.batches)} is being done."
    if story.retry is None:
        return now
    batch, attempt, at = story.retry
    tried = "once" if attempt == 1 else f"{attempt} times"
    return f"{now} Batch {number(batch)} did not work ({tried}) and is tried again at {in_zone(at):%H:%M:%S}."


def to_be_left_out(progress: Progress) -> str:
    """What cancelling now would do, in numbers."""
    left = progress.total - progress.processed
    if not progress.processed:
        return f"Nothing has been done yet: all {plural(left, 'row')} will be left out."
    are = "is" if left == 1 else "are"
    return (
        f"{number(left)} of {plural(progress.total, 'row')} {are} not done yet and will be left out; "
        "nobody who is in is taken out."
    )


@dataclass(frozen=True)
class Difference:
    """One figure that came out otherwise than the check before the start expected."""

    label: str
    expected: int
    happened: int


def differences(expected: Mapping[str, int], outcomes: Counts) -> list[Difference]:
    """What differs from the check. Of known contacts it cannot tell which of them an import will change."""
    before = {Outcome[name]: rows for name, rows in expected.items()}
    if not before:
        return []
    found = []
    for outcome in Outcome:
        then, now = _known_as_one(before, outcome), _known_as_one(outcomes, outcome)
        if then != now:
            found.append(Difference(outcome.label, then, now))
    return found


def _known_as_one(counts: Counts, outcome: Outcome) -> int:
    if outcome is O.UNCHANGED:
        return 0
    both = (O.UPDATED, O.UNCHANGED) if outcome is O.UPDATED else (outcome,)
    return sum(counts.get(one, 0) for one in both)


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
