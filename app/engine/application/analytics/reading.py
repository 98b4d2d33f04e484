"""Reads the analytics of a workflow from the numbers that moves and messages keep (E-23). No statement looks
at enrollments or messages, however many there are."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from app.accounts.application import require
from app.accounts.domain import Actor, Permission
from app.engine.application.analytics.numbers import (
    REACTIONS,
    Analytics,
    Compared,
    MessageNumbers,
    PathNumbers,
    PeopleNumbers,
    SourceNumbers,
    SplitNumbers,
    StepLabel,
    StepMessages,
    StepNumbers,
)
from app.engine.domain import SKIPPED, SOURCES, UNDER_WAY, EnrollmentStatus
from app.engine.domain.periods import CUSTOM, Period, preset, problems_of
from app.engine.domain.spans import median
from app.engine.infrastructure import queries
from app.engine.infrastructure.counters import counts, end_counts, source_counts, step_counts
from app.messaging import application as messaging
from app.messaging.application import Result
from app.platform.clock import now
from app.platform.errors import Invalid
from app.workflows import application as workflows
from app.workflows.domain import Definition, Names, Step, names_in, step_words
from app.workflows.infrastructure.tables import Workflow

_Numbers = Mapping[tuple[str, str], tuple[int, int]]
"""{(step id, result): (number, latest version)}"""


def analytics_of(
    actor: Actor, public_id: str, key: str = "", first: date | None = None, last: date | None = None
) -> Analytics:
    """Return the numbers of a workflow in a period: one with a key of `periods.LABELS`, or the days from
    `first` to `last`. Raises NotFound, and Invalid with `fields` for days that are no period."""
    require(actor, Permission.REPORTS)
    workflow = workflows.find_workflow(actor, public_id)
    since = source_counts.first_day(actor.account_id, workflow.id)
    return _Reader(actor.account_id, workflow, _period(key, first, last, since)).read(since)


def _period(key: str, first: date | None, last: date | None, since: date | None) -> Period:
    today = now().date()
    if key != CUSTOM and first is None and last is None:
        return preset(key, today, since)
    if problems := problems_of(first, last, today):
        raise Invalid.in_fields(problems)
    assert first is not None and last is not None
    return Period(first, last)


class _Reader:
    """Reads the numbers of one workflow in one period."""

    def __init__(self, account_id: int, workflow: Workflow, period: Period) -> None:
        self._account_id, self._workflow, self._period = account_id, workflow, period
        self._of = (account_id, workflow.id)
        self._definition = self._current_definition()
        self._labels = {one.step_id: one for one in _labels(self._definition)}
        self._texting = {step.id for step in self._definition.messages if _is_text(step)}

    def read(self, since: date | None) -> Analytics:
        period, before = self._period, self._period.before
        days = (period.first, period.last)
        ends = end_counts.by_step(*self._of, *days)
        passed = step_counts.in_days(*self._of, *days)
        sent = messaging.results_by_step(*self._of, *days)
        parts = list(period.parts())
        enrolled = source_counts.by_day(*self._of, before.first if before else period.first, period.last)
        self._add_former_steps((passed, sent), ends)
        return Analytics(
            workflow=self._workflow,
            period=period,
            people=self._people(period, _total(enrolled, period), ends),
            messages=self._numbers(_by_step(sent)),
            before=self._before(before, enrolled) if before and since and since < period.first else None,
            parts=parts,
            sources=_sources(enrolled, parts),
            steps=list(self._steps(passed, ends)),
            step_messages=list(self._step_messages(sent)),
            splits=list(self._splits(passed, sent)),
            first_day=since,
            has_goals=any(goal.enabled for goal in self._definition.goals),
        )

    def _current_definition(self) -> Definition:
        version_id = self._workflow.active_version_id
        found = queries.definitions(self._account_id, [version_id]) if version_id else {}
        return found.get(version_id or 0) or self._workflow.parsed

    def _add_former_steps(
        self, numbers: Sequence[_Numbers], ends: Mapping[tuple[str, str, str], tuple[int, int]]
    ) -> None:
        """Label the steps with numbers that are no longer in the workflow, as in their latest version."""
        versions = {step_id: version for (step_id, *_), (_, version) in ends.items() if step_id}
        for one in numbers:
            versions |= {step_id: version for (step_id, _), (_, version) in one.items()}
        former = {step_id: one for step_id, one in versions.items() if step_id not in self._labels}
        definitions = queries.definitions(self._account_id, former.values()) if former else {}
        for step_id, version_id in sorted(former.items()):
            definition = definitions.get(version_id)
            step = definition.step(step_id) if definition else None
            words = step_words(step, names_in(definition)) if step and definition else None
            title = words.title if words else "Unknown step"
            is_off = self._definition.step(step_id) is not None
            detail = "switched off" if is_off else "no longer in the workflow"
            self._labels[step_id] = StepLabel(step_id, 0, title, detail)
            if step and _is_text(step):
                self._texting.add(step_id)

    def _people(
        self, period: Period, enrolled: int, ends: Mapping[tuple[str, str, str], tuple[int, int]]
    ) -> PeopleNumbers:
        by_status: Counter[str] = Counter()
        for (_, status, _), (number, _) in ends.items():
            by_status[status] += number
        goals = by_status[EnrollmentStatus.GOAL_REACHED]
        minutes = end_counts.minutes_to_goal(*self._of, period.first, period.last) if goals else {}
        return PeopleNumbers(
            enrolled=enrolled,
            goal_reached=goals,
            completed=by_status[EnrollmentStatus.COMPLETED],
            failed=by_status[EnrollmentStatus.FAILED],
            removed=by_status[EnrollmentStatus.WITHDRAWN],
            minutes_to_goal=median(minutes),
        )

    def _before(self, period: Period, enrolled: Mapping[tuple[str, date], int]) -> Compared:
        ends = end_counts.by_step(*self._of, period.first, period.last)
        sent = messaging.results_by_step(*self._of, period.first, period.last)
        people = self._people(period, _total(enrolled, period), ends)
        return Compared(period, people, self._numbers(_by_step(sent)))

    def _steps(
        self, passed: _Numbers, ends: Mapping[tuple[str, str, str], tuple[int, int]]
    ) -> Iterator[StepNumbers]:
        through, skipped, here = Counter[str](), Counter[str](), Counter[str]()
        for (step_id, result), (number, _) in passed.items():
            through[step_id] += number
            skipped[step_id] += number if result == SKIPPED else 0
        left: dict[str, Counter[str]] = defaultdict(Counter)
        for (step_id, status, _), (number, _) in ends.items():
            left[step_id][status] += number
        for (step_id, status), number in counts.by_step(*self._of).items():
            here[step_id] += number if status in UNDER_WAY else 0
        for step_id, label in self._labels.items():
            of_step = left[step_id]
            yield StepNumbers(
                step=label,
                passed=through[step_id],
                skipped=skipped[step_id],
                goal_reached=of_step[EnrollmentStatus.GOAL_REACHED],
                failed=of_step[EnrollmentStatus.FAILED],
                removed=of_step[EnrollmentStatus.WITHDRAWN],
                here=here[step_id],
            )

    def _step_messages(self, sent: _Numbers) -> Iterator[StepMessages]:
        by_step = _by_step(sent)
        senders = {step.id for step in self._definition.messages if step.is_live}
        for step_id, label in self._labels.items():
            if step_id in senders or step_id in by_step:
                yield StepMessages(label, self._numbers({step_id: by_step.get(step_id, {})}))

    def _splits(self, passed: _Numbers, sent: _Numbers) -> Iterator[SplitNumbers]:
        by_step = _by_step(sent)
        for step in self._definition.live_steps:
            if any(path.percent for path in step.paths):
                yield SplitNumbers(self._labels[step.id], list(self._paths(step, passed, by_step)))

    def _paths(
        self, step: Step, passed: _Numbers, by_step: Mapping[str, Mapping[str, int]]
    ) -> Iterator[PathNumbers]:
        first: PathNumbers | None = None
        sent = {step_id: results.get(Result.SENT, 0) for step_id, results in by_step.items()}
        emails = {step_id: number for step_id, number in sent.items() if step_id not in self._texting}
        for path in step.paths:
            inside = {inner.id: by_step.get(inner.id, {}) for inner in _steps_in(path.steps)}
            found = PathNumbers(
                path_id=path.id,
                name=path.name,
                percent=path.share,
                people=passed.get((step.id, path.id), (0, 0))[0],
                numbers=self._numbers(inside),
                recipients=_recipients(path.steps, sent),
                emailed=_recipients(path.steps, emails),
            )
            first = first or found
            than_first = {one: found.than(first, one) for one in REACTIONS} if found is not first else {}
            yield replace(found, than_first=than_first)

    def _numbers(self, by_step: Mapping[str, Mapping[str, int]]) -> MessageNumbers:
        """Return the numbers of the messages of steps together."""
        results: Counter[str] = Counter()
        for one in by_step.values():
            results.update(one)
        texts = sum(by_step[step_id].get(Result.SENT, 0) for step_id in by_step.keys() & self._texting)
        return MessageNumbers(dict(results), texts)


def _labels(definition: Definition) -> Iterator[StepLabel]:
    names = names_in(definition)
    yield from _labels_in(definition.steps, names, "")


def _labels_in(steps: Sequence[Step], names: Names, path: str) -> Iterator[StepLabel]:
    for step in steps:
        if step.id and step.is_live:
            words = step_words(step, names)
            yield StepLabel(step.id, step.number, words.title, words.detail, step.depth, path)
        for inner in step.paths:
            yield from _labels_in(inner.steps, names, inner.name)


def _is_text(step: Step) -> bool:
    return step.kind is not None and step.kind.channel == "sms"


def _steps_in(steps: Sequence[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        for path in step.paths:
            yield from _steps_in(path.steps)


def _recipients(steps: Sequence[Step], sent: Mapping[str, int]) -> int:
    """Return how many people got messages of these steps, at least: those of the step with the most. Each
    step sends one to a person, and nobody takes two paths of a fork."""
    return max(
        (
            max(sent.get(step.id, 0), sum(_recipients(path.steps, sent) for path in step.paths))
            for step in steps
        ),
        default=0,
    )


def _by_step(sent: _Numbers) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for (step_id, result), (number, _) in sent.items():
        if number:
            found[step_id][result] = number
    return found


def _total(enrolled: Mapping[tuple[str, date], int], period: Period) -> int:
    return sum(number for (_, day), number in enrolled.items() if period.first <= day <= period.last)


def _sources(enrolled: Mapping[tuple[str, date], int], parts: Sequence[Period]) -> list[SourceNumbers]:
    by_source: dict[str, dict[date, int]] = defaultdict(dict)
    for (source, day), number in enrolled.items():
        if parts[0].first <= day <= parts[-1].last and number:
            by_source[source][day] = number
    order = sorted(by_source, key=lambda source: (-sum(by_source[source].values()), source))
    return [
        SourceNumbers(source, SOURCES.get(source, source.replace("_", " ").capitalize()), numbers)
        for source in order
        if (numbers := _in_parts(by_source[source], parts))
    ]


def _in_parts(days: Mapping[date, int], parts: Sequence[Period]) -> list[int]:
    numbers = [0] * len(parts)
    place = 0
    for day, number in sorted(days.items()):
        while day > parts[place].last:
            place += 1
        numbers[place] += number
    return numbers
