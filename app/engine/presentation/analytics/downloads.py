"""The tables of analytics as CSV files."""

from collections.abc import Callable, Iterator, Mapping

from app.engine.application.analytics.numbers import REACTIONS, Analytics, MessageNumbers
from app.engine.presentation.analytics import words
from app.messaging.application import Result
from app.platform.text.spreadsheet_safe import csv_chunks, guarded

_Rows = Iterator[tuple[str, ...]]
_RESULTS = tuple(Result)


def csv_of(found: Analytics, table: str) -> tuple[Iterator[bytes], str]:
    """Return a table of TABLES as CSV, and the name of the file."""
    period = found.period
    rows = (tuple(guarded(cell) for cell in row) for row in TABLES[table](found))
    return csv_chunks(rows), f"{table}-{period.first}-{period.last}.csv"


def _people(found: Analytics) -> _Rows:
    states = ("Goal reached", "Completed", "Active", "Failed", "Removed")
    yield ("Period", "Enrolled", *states, "Goal rate", "Median minutes to goal")
    both = [(found.period, found.people)]
    if found.before:
        both.append((found.before.period, found.before.people))
    for period, one in both:
        numbers = (one.enrolled, one.goal_reached, one.completed, one.active, one.failed, one.removed)
        minutes = "" if one.minutes_to_goal is None else str(one.minutes_to_goal)
        yield (f"{period.first} to {period.last}", *map(str, numbers), _share(one.goal_rate), minutes)


def _sources(found: Analytics) -> _Rows:
    yield ("First day (UTC)", "Last day (UTC)", *(one.label for one in found.sources), "Total")
    for place, part in enumerate(found.parts):
        numbers = [one.parts[place] for one in found.sources]
        yield (str(part.first), str(part.last), *map(str, numbers), str(sum(numbers)))


def _steps(found: Analytics) -> _Rows:
    yield ("Step", "Detail", "Path", "Passed", "Skipped", "Goal reached", "Failed", "Removed", "Here now")
    for one in found.steps:
        numbers = (one.passed, one.skipped, one.goal_reached, one.failed, one.removed, one.here)
        yield (one.step.words, one.step.detail, one.step.path, *map(str, numbers))


def _messages(found: Analytics) -> _Rows:
    rates = (f"{words.REACTION_LABELS[result]} rate" for result in REACTIONS)
    yield ("Step", "Message", *(result.value.capitalize() for result in _RESULTS), *rates)
    for one in found.step_messages:
        yield (one.step.words, one.step.detail, *_results(one.numbers))


def _splits(found: Analytics) -> _Rows:
    rates = [f"{words.REACTION_LABELS[result]} rate" for result in REACTIONS]
    differences = [
        f"{words.REACTION_LABELS[result]} rate: {end} difference from first path"
        for result in REACTIONS
        for end in ("lowest", "highest")
    ]
    results = (result.value.capitalize() for result in _RESULTS)
    yield ("Step", "Path", "Percent", "People", "Recipients", *results, *rates, *differences)
    for split in found.splits:
        for path in split.paths:
            than = [path.than_first.get(result) for result in REACTIONS]
            ends = [_share(end) for one in than for end in ((one.low, one.high) if one else (None, None))]
            numbers = (path.percent, path.people, path.recipients)
            yield (split.step.words, path.name, *map(str, numbers), *_results(path.numbers), *ends)


def _results(numbers: MessageNumbers) -> Iterator[str]:
    yield from (str(numbers.of(result)) for result in _RESULTS)
    yield from (_share(numbers.rate(result)) for result in REACTIONS)


def _share(share: float | None) -> str:
    return "" if share is None else f"{share:.4f}"


TABLES: Mapping[str, Callable[[Analytics], _Rows]] = {
    "people": _people,
    "sources": _sources,
    "steps": _steps,
    "messages": _messages,
    "splits": _splits,
}
