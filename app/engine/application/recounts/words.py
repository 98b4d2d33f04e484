"""The words of the terminal for numbers that are kept: what each of them is of."""

from datetime import date

from app.engine.infrastructure.counters.end_counts import End
from app.messaging.application import ResultDifference


def of_step(passed: tuple[str, str, date]) -> str:
    step_id, result, day = passed
    return f"{step_id}{f' ({result})' if result else ''}, enrolled on {day}"


def of_end(end: End) -> str:
    status = end.status.replace("_", " ")
    return (
        f"{status} ({end.reason or 'no reason'}, {end.minutes} minutes)"
        f" at {end.step_id or 'no step'} of version {end.version_id}, enrolled on {end.day}"
    )


def of_source(entered: tuple[str, date]) -> str:
    source, day = entered
    return f"{source} on {day}"


def of_result(one: ResultDifference) -> str:
    return f"{one.step_id}, {one.result.value} on {one.day}"
