"""Texts about a job: its current activity, results, and what is left to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.bulk_enrollment.domain.brakes.rules import Failures
from app.bulk_enrollment.domain.brakes.texts import approval_words, canary_words, failures_words
from app.bulk_enrollment.domain.job import UNFINISHED, WORKED_ON, JobStatus, Progress
from app.bulk_enrollment.domain.outcomes import FAILED, Outcome
from app.bulk_enrollment.domain.pausing import PausedBy
from app.bulk_enrollment.domain.timing.texts import (
    Timing,
    missed_start_words,
    plan_words,
    queue_words,
    start_words,
    waiting_words,
)
from app.bulk_enrollment.domain.undoing import undo_headline
from app.platform.text.formats import number, time_with_seconds
from app.platform.text.words import counted, joined

S = JobStatus
O = Outcome  # noqa: E741
SUSPENDED = "Waiting: the account is suspended"
Counts = Mapping[Outcome, int]


@dataclass(frozen=True)
class TextFacts:
    """Facts for the texts. `workflow` is None for an import; `retry` is (batch, attempt, time) of a failed
    batch that will be retried; `paused_by` is None unless the job is paused, `pauser` is the name of the
    person who paused it, `failures` why the breaker did, `asked_by` who started a job that waits for
    approval, `refused_by` who refused it; `enrolled` is the number of contacts in the workflow now, None if
    unknown; `kind` is enroll, import, or undo. `was_reading` tells a failed job whose rows were being read
    from one that could not start. `people` names those that were not selected by a file
    (`selection.people_in_words`). With `is_suspended`, nothing happens until the account is reactivated.
    """

    progress: Progress
    outcomes: Counts
    workflow: str | None
    file_name: str
    planned_rows: int = 0
    is_planned: bool = False
    retry: tuple[int, int, datetime] | None = None
    paused_by: PausedBy | None = None
    pauser: str | None = None
    workflow_is_paused: bool = False
    enrolled: int | None = None
    kind: str = "enroll"
    timing: Timing | None = None
    was_reading: bool = True
    failures: Failures | None = None
    asked_by: str | None = None
    refused_by: str | None = None
    people: str = ""
    is_suspended: bool = False

    @property
    def place(self) -> str:
        return self.workflow or "your contacts"

    @property
    def done(self) -> int:
        return self.progress.succeeded


def headline(facts: TextFacts, left: Counts | None = None) -> str:
    """Return the most important sentence. `left` are the failed rows that nobody has taken care of since the
    job ended; all of them without it."""
    if facts.kind == "undo":
        return undo_headline(facts.progress.status, facts.outcomes, facts.workflow, facts.file_name)
    status = facts.progress.status
    if facts.refused_by and status in (S.CANCELLING, S.CANCELLED):
        return f"Refused by {facts.refused_by}. Nobody was added."
    if status in UNFINISHED:
        return _headline_under_way(facts)
    if status is S.FAILED:
        read = "contacts" if facts.people else "file"
        what = f"The {read} couldn’t be read" if facts.was_reading else "The job couldn’t start"
        return f"{what}. Nobody was added."
    if status is S.CANCELLED and not facts.done:
        return "Canceled before anyone was added."
    start = "Canceled. " if status is S.CANCELLED else ""
    return start + " ".join(filter(None, (_added(facts), rows_to_fix(facts.outcomes, left))))


def _headline_under_way(facts: TextFacts) -> str:
    what = (
        f"Adding {facts.people or f'people from “{facts.file_name}”'} to {facts.workflow}"
        if facts.workflow
        else f"Importing “{facts.file_name}”"
    )
    match facts.progress.status:
        case S.SCHEDULED if facts.timing is not None and facts.timing.missed_at is not None:
            return f"{what} hasn’t started."
        case S.SCHEDULED:
            return f"{what} is scheduled."
        case S.PAUSED if facts.paused_by is PausedBy.APPROVAL:
            return f"{what} waits for approval."
        case S.PAUSED:
            return f"{what} is paused."
        case S.CANCELLING:
            return f"Canceling. {_added(facts)}"
    return f"{what}."


def _added(facts: TextFacts) -> str:
    """Describe how many were added by this job and, if different, how many the workflow has now."""
    done, total = facts.done, facts.progress.total
    if facts.workflow is None:
        return _imported(facts.outcomes)
    if done == 0:
        sentence = f"Nobody was added to {facts.workflow}."
    elif done == total and done > 1:
        sentence = f"All {number(done)} people were added to {facts.workflow}."
    else:
        were = "was" if done == 1 else "were"
        sentence = f"{counted(done, 'person', 'people')} {were} added to {facts.workflow}."
    if facts.enrolled is None or facts.enrolled == done:
        return sentence
    return f"{sentence} It now has {counted(facts.enrolled, 'person', 'people')} enrolled."


def _imported(outcomes: Counts) -> str:
    new, updated, same = (outcomes.get(one, 0) for one in (O.CREATED, O.UPDATED, O.UNCHANGED))
    parts = [f"{counted(new, 'new contact')} added"] if new else []
    parts += [f"{counted(updated, 'existing contact')} updated"] if updated else []
    parts += [f"{counted(same, 'existing contact')} unchanged"] if same else []
    return joined(parts) + "." if parts else "Nobody was added to your contacts."


def rows_to_fix(outcomes: Counts, left: Counts | None = None) -> str:
    """Describe what to do about failed rows, and how many have been taken care of, which are not among those
    `left`; empty if none failed."""
    failed = {outcome: rows for outcome, rows in outcomes.items() if outcome in FAILED and rows}
    open_rows = failed if left is None else {outcome: rows for outcome, rows in left.items() if rows}
    total, handled = sum(open_rows.values()), sum(failed.values()) - sum(open_rows.values())
    if not handled:
        return _open_rows(open_rows, total)
    have = "has" if handled == 1 else "have"
    if not total:
        return f"{counted(handled, 'failed row')} {have} been fixed, retried, or left out."
    others = f"{counted(handled, 'other failed row')} {have} been fixed, retried, or left out."
    return f"{_open_rows(open_rows, total)} {others}"


def _open_rows(failed: Counts, total: int) -> str:
    if not total:
        return ""
    again = sum(rows for outcome, rows in failed.items() if outcome.retry_helps)
    gone = failed.get(O.WORKFLOW_NOT_FOUND, 0)
    fix = total - again - gone
    if total == fix:
        return f"{counted(fix, 'row needs', 'rows need')} fixing."
    if total == again:
        return f"{counted(again, 'row')} can be retried."
    parts = [f"{number(fix)} {'needs' if fix == 1 else 'need'} fixing"] if fix else []
    parts += [f"{number(again)} can be retried"] if again else []
    parts += [f"{number(gone)} had no workflow to go to"] if gone else []
    return f"{counted(total, 'row')} failed: {joined(parts)}."


def skipped(outcomes: Counts) -> str:
    """Describe in one sentence who was skipped and why; empty if nobody was."""
    counts = {outcome: outcomes[outcome] for outcome in _SKIPPED if outcomes.get(outcome)}
    total = sum(counts.values())
    were = "was" if total == 1 else "were"
    if not counts:
        return ""
    if len(counts) == 1:
        [outcome] = counts
        unit, one, many, _ = _SKIPPED[outcome]
        verb = one if total == 1 else many
        return f"{counted(total, unit, 'people' if unit == 'person' else None)} {verb} and {were} skipped."
    parts = [
        f"{number(rows)} {_SKIPPED[outcome][3].replace('(s)', '' if rows == 1 else 's')}"
        for outcome, rows in counts.items()
    ]
    return f"{counted(total, 'row')} {were} skipped: {joined(parts)}."


# (unit, phrase for one, phrase for several, phrase for a number in a list).
_SKIPPED: dict[Outcome, tuple[str, str, str, str]] = {
    O.ALREADY_ENROLLED: (
        "person",
        "is already in the workflow",
        "are already in the workflow",
        "already in the workflow",
    ),
    O.DUPLICATE_IN_SELECTION: ("row", "is a duplicate", "are duplicates", "duplicate(s)"),
    O.CONTACT_BLOCKED: ("person", "can’t be contacted", "can’t be contacted", "who can’t be contacted"),
    O.CONTACT_NOT_FOUND: (
        "person",
        "isn’t in your contacts",
        "aren’t in your contacts",
        "not in your contacts",
    ),
    O.VALUE_MISSING: ("person", "lacks a value", "lack a value", "left out for a missing value"),
    O.CANCELLED: ("row", "wasn’t processed", "weren’t processed", "not processed"),
    O.MOVED_ON: ("person", "has moved on", "have moved on", "who moved on"),
    O.CONTACT_GONE: (
        "row",
        "belongs to a deleted contact",
        "belong to deleted contacts",
        "of deleted contacts",
    ),
}


def happening(facts: TextFacts) -> str:
    """Describe what the job is doing now; empty once it has finished."""
    progress = facts.progress
    if facts.is_suspended and progress.status in WORKED_ON:
        return f"{SUSPENDED}. The job continues when it is reactivated."
    match progress.status:
        case S.SCHEDULED if facts.is_suspended:
            return f"{_scheduled(facts.timing)} It can’t start while the account is suspended."
        case S.SCHEDULED:
            return _scheduled(facts.timing)
        case S.PENDING if facts.kind == "undo":
            return "Waiting for a background worker."
        case S.PENDING:
            read = "contacts" if facts.people else "file"
            return _in_line(f"Waiting for a background worker to read the {read}.", facts.timing)
        case S.VALIDATING if facts.is_planned:
            return "All rows are checked. Preparing batches."
        case S.VALIDATING:
            return f"Checking rows: {number(facts.planned_rows)} of {number(progress.total)}."
        case S.QUEUED:
            waiting = waiting_words(facts.timing) if facts.timing else ""
            in_line = "All rows are checked. Waiting for a background worker."
            return f"All rows are checked. {waiting}" if waiting else _in_line(in_line, facts.timing)
        case S.PAUSED:
            return _paused(facts)
        case S.CANCELLING if facts.refused_by:
            return "All rows are being skipped."
        case S.CANCELLING:
            return "Batches in progress will finish. The remaining rows are skipped."
        case S.PROCESSING:
            return _working(facts)
    return ""


def _scheduled(timing: Timing | None) -> str:
    if timing is not None and timing.missed_at is not None:
        return missed_start_words(timing.missed_at, timing.zone)
    if timing is None or timing.starts_at is None:
        return "Waiting for its scheduled time."
    start = start_words(timing.starts_at, timing.zone, timing.now)
    plan = plan_words(timing.plan, timing.zone, timing.now) if timing.plan else ""
    return f"{start} {plan}".strip()


def _in_line(sentence: str, timing: Timing | None) -> str:
    return f"{sentence} {queue_words(timing.ahead) if timing else ''}".strip()


def _paused(facts: TextFacts) -> str:
    who = facts.pauser or "Someone"
    match facts.paused_by:
        case PausedBy.PERSON if facts.workflow_is_paused:
            return f"{who} paused this job, and the workflow is paused too. Resume both to continue."
        case PausedBy.PERSON:
            return f"{who} paused this job. Rows that aren’t processed yet wait until it is resumed."
        case PausedBy.BRAKE:
            return failures_words(facts.failures)
        case PausedBy.CANARY:
            return canary_words(facts.progress)
        case PausedBy.APPROVAL:
            return approval_words(facts.progress.total, facts.asked_by)
    return "Paused because the workflow is paused. The job resumes when the workflow is active again."


def _working(facts: TextFacts) -> str:
    waiting = waiting_words(facts.timing) if facts.timing else ""
    if waiting and facts.retry is None:
        return waiting
    now = f"Processing batch {number(facts.progress.current_batch)} of {number(facts.progress.batches)}."
    if facts.retry is None:
        return now
    batch, attempt, at = facts.retry
    tried = "once" if attempt == 1 else f"{attempt} times"
    return f"{now} Batch {number(batch)} failed {tried} and will be retried at {time_with_seconds(at)}."


def cancel_warning(progress: Progress, kind: str = "enroll") -> str:
    """Describe what canceling now would do, in numbers."""
    stays = "What is already undone stays undone." if kind == "undo" else "People already added stay."
    left = progress.total - progress.processed
    if not progress.processed:
        return f"Nothing has been processed yet. All {counted(left, 'row')} will be skipped."
    have = "hasn’t" if left == 1 else "haven’t"
    return (
        f"{number(left)} of {counted(progress.total, 'row')} {have} been processed yet and will be skipped. "
        f"{stays}"
    )
