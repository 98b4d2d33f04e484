"""The operation of the API that returns the numbers of a workflow."""

from datetime import date
from typing import Annotated, Literal

from app.engine.application.analytics import analytics_of
from app.engine.application.analytics.numbers import (
    REACTIONS,
    Analytics,
    MessageNumbers,
    PathNumbers,
    PeopleNumbers,
    SourceNumbers,
    SplitNumbers,
    StepMessages,
    StepNumbers,
)
from app.engine.domain.periods import CUSTOM, DEFAULT, Period
from app.engine.domain.proportions import FEWEST
from app.messaging.application import Result
from app.platform import web
from app.platform.api.operations import blueprint as api_blueprint
from app.platform.api.operations import operation
from app.platform.api.schemas import Query, Schema, described
from app.platform.errors import fields_renamed

VerdictName = Literal["too_early", "no_difference", "higher", "lower"]

blueprint = api_blueprint("analytics")


class AnalyticsQuery(Query):
    """The days that the numbers are about; without them, the last 30."""

    first_day: Annotated[date | None, described("First day, in UTC.", "2026-11-01")] = None
    last_day: Annotated[date | None, described("Last day, in UTC.", "2026-11-30")] = None


class Days(Schema):
    """Days in UTC."""

    first_day: date = described("First day.", "2026-11-01")
    last_day: date = described("Last day.", "2026-11-30")


class PeopleResults(Schema):
    """People who were enrolled in a period, by what has become of them so far. The other numbers of people
    add up to `enrolled`."""

    enrolled: int = described("People who were enrolled. Someone enrolled again counts again.", 1240)
    goal_reached: int = described("Those of them who reached a goal.", 310)
    completed: int = described("Those who reached the end without a goal.", 700)
    active: int = described("Those who are still in the workflow.", 200)
    failed: int = described("Those whom an error stopped.", 5)
    removed: int = described("Those who left before the end.", 25)
    goal_rate: float | None = described("Share that reached a goal; null without people.", 0.25)
    median_minutes_to_goal: int | None = described(
        "Median time to the goal, rounded down to the minute, hour, or day; null without any.", 4320
    )


class SourceResults(Schema):
    """People whom a source has enrolled, by the days, weeks, or months of `intervals`."""

    source: str = described("What enrolled them.", "bulk_enrollment")
    enrolled: int = described("People in all intervals.", 900)
    by_interval: list[int] = described("People in each interval.", [30, 20])


class StepResults(Schema):
    """A step, and the people who were enrolled in the period."""

    step_id: str = described("ID of the step.", "welcome")
    number: int = described("Place of the step; 0 if it is switched off or no longer in the workflow.", 1)
    passed: int = described("Times that they passed it.", 1200)
    skipped: int = described("Those of them that had no effect.", 3)
    goal_reached: int = described("People who reached a goal while they were at it.", 10)
    failed: int = described("People whom an error stopped there.", 5)
    removed: int = described("People who left there.", 25)
    here_now: int = described("People at the step now, whenever they were enrolled.", 120)


class MessageResults(Schema):
    """Messages that were sent in the period by what has become of them. `failed` and `skipped` ones were not
    sent, so they are no part of `sent`."""

    sent: int = described(
        "Messages that the mail server or SMS provider accepted, or that were kept in the outbox.", 1180
    )
    delivered: int = described("Those whose delivery was confirmed.", 1100)
    opened: int = described("Those that a person opened.", 480)
    clicked: int = described("Those in which a person clicked a link.", 120)
    replied: int = described("Those that a person replied to.", 12)
    bounced: int = described("Those that were returned.", 9)
    complained: int = described("Those marked as spam.", 1)
    unsubscribed: int = described("Those whose unsubscribe link the contact used.", 6)
    failed: int = described("Messages that could not be sent in the period.", 2)
    skipped: int = described(
        "Messages skipped in the period because of the frequency cap or a stopped topic.", 4
    )


class StepMessageResults(MessageResults):
    """Messages of a step."""

    step_id: str = described("ID of the step.", "welcome")


class PathDifference(Schema):
    """How a rate differs from that of the first path, as a share: 0.02 are two percentage points. The width
    of the interval depends on how many people got messages, not on how many messages that were, because what
    somebody does with one message says something about the next."""

    rate: str = described("Which rate: of messages `opened`, `clicked`, or `replied` to.", "opened")
    verdict: VerdictName = described(
        f"`too_early` if fewer than {FEWEST} people got messages on either path; for `opened` and `clicked`,"
        " emails.",
        "no_difference",
    )
    low: float | None = described("Lower end of the 95% interval; null if it is too early.", -0.01)
    high: float | None = described("Upper end of the 95% interval; null if it is too early.", 0.03)


class PathResults(MessageResults):
    """A path of an A/B split, with the messages of the steps in it."""

    path_id: str = described("ID of the path.", "try-a")
    name: str = described("Name of the path.", "Short")
    percent: int = described("Share of people who are to take it.", 50)
    people: int = described("People of the period who took it.", 600)
    recipients: int = described(
        "People who got its messages in the period, at least: those of the step that sent the most.", 590
    )
    differences: list[PathDifference] = described(
        "Compared with the first path; empty for that one.",
        [{"rate": "opened", "verdict": "no_difference", "low": -0.01, "high": 0.03}],
    )


class SplitResults(Schema):
    """An A/B split."""

    step_id: str = described("ID of the step.", "try")
    paths: list[PathResults] = described("Its paths.")


class ResultsBefore(Days):
    """The same numbers of as many days, up to the day before the period."""

    people: PeopleResults = described("People who were enrolled then.")
    messages: MessageResults = described("Messages that were sent then.")


class WorkflowAnalytics(Days):
    """The numbers of a workflow in a period."""

    people: PeopleResults = described("People who were enrolled in the period.")
    messages: MessageResults = described("All messages that were sent in the period.")
    before: ResultsBefore | None = described(
        "The same numbers of as many days that end on the day before `first_day`, to compare with. They are 0"
        " if nothing happened then; null if nobody had ever been enrolled before `first_day`.",
        None,
    )
    intervals: list[Days] = described("The days, weeks, or months that `sources` are counted by.")
    sources: list[SourceResults] = described("What enrolled the people, the most first.")
    steps: list[StepResults] = described("The steps, with former ones that people passed.")
    step_messages: list[StepMessageResults] = described("Messages by step.")
    splits: list[SplitResults] = described("The A/B splits.")


@blueprint.get("/workflows/<public_id>/analytics")
@operation("Workflows", WorkflowAnalytics, permission="report:view", errors=(422,))
def get_analytics(public_id: str, query: AnalyticsQuery) -> WorkflowAnalytics:
    """Get the analytics of a workflow

    What became of the people who were enrolled in a period, and of the messages that were sent in it.

    Errors: `VALIDATION_ERROR` with `fields` for days that are no period of at most ten years up to today.
    """
    is_chosen = query.first_day is not None or query.last_day is not None
    with fields_renamed(_NAMES.__getitem__):
        found = analytics_of(
            web.actor(), public_id, CUSTOM if is_chosen else DEFAULT, query.first_day, query.last_day
        )
    return _shape(found)


_NAMES = {"from": "first_day", "to": "last_day"}


def _shape(found: Analytics) -> WorkflowAnalytics:
    before = found.before
    return WorkflowAnalytics(
        **_days(found.period),
        people=_people(found.people),
        messages=MessageResults(**_results(found.messages)),
        before=ResultsBefore(
            **_days(before.period),
            people=_people(before.people),
            messages=MessageResults(**_results(before.messages)),
        )
        if before
        else None,
        intervals=[Days(**_days(part)) for part in found.parts],
        sources=[_source(one) for one in found.sources],
        steps=[_step(one) for one in found.steps],
        step_messages=[_step_messages(one) for one in found.step_messages],
        splits=[_split(one) for one in found.splits],
    )


def _days(period: Period) -> dict[str, date]:
    return {"first_day": period.first, "last_day": period.last}


def _people(one: PeopleNumbers) -> PeopleResults:
    return PeopleResults(
        enrolled=one.enrolled,
        goal_reached=one.goal_reached,
        completed=one.completed,
        active=one.active,
        failed=one.failed,
        removed=one.removed,
        goal_rate=one.goal_rate,
        median_minutes_to_goal=one.minutes_to_goal,
    )


def _source(one: SourceNumbers) -> SourceResults:
    return SourceResults(source=one.source, enrolled=one.total, by_interval=list(one.parts))


def _step(one: StepNumbers) -> StepResults:
    return StepResults(
        step_id=one.step.step_id,
        number=one.step.number,
        passed=one.passed,
        skipped=one.skipped,
        goal_reached=one.goal_reached,
        failed=one.failed,
        removed=one.removed,
        here_now=one.here,
    )


def _results(numbers: MessageNumbers) -> dict[str, int]:
    return {result.value: numbers.of(result) for result in Result}


def _step_messages(one: StepMessages) -> StepMessageResults:
    return StepMessageResults(step_id=one.step.step_id, **_results(one.numbers))


def _split(one: SplitNumbers) -> SplitResults:
    return SplitResults(step_id=one.step.step_id, paths=[_path(path) for path in one.paths])


def _path(one: PathNumbers) -> PathResults:
    differences = [
        PathDifference(rate=result.value, verdict=than.verdict.value, low=than.low, high=than.high)
        for result in REACTIONS
        if (than := one.than_first.get(result))
    ]
    return PathResults(
        path_id=one.path_id,
        name=one.name,
        percent=one.percent,
        people=one.people,
        recipients=one.recipients,
        differences=differences,
        **_results(one.numbers),
    )
