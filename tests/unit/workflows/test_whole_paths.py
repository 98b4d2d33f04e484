"""The longest and the shortest path through a definition (T-01, T-02)."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.workflows.domain import Definition, Step, days, longest_path, parse, shortest_path
from app.workflows.domain.definition.duration import Pace, wait_minutes
from tests.unit.workflows.documents import (
    IN_GERMANY,
    as_large_as_allowed,
    branch,
    definition,
    email,
    off,
    parsed,
    path,
    sms,
    split,
    step,
    wait,
)

REPLY = step("reply", "wait_for_event", event="replied", timeout={"amount": 5, "unit": "days"})
WEEKDAY = step("monday", "wait_until", kind="weekday", weekday="monday")
STOP = step("stop", "stop")
WEEK = timedelta(days=7)


def fork(*steps: dict[str, Any], otherwise: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return branch("b", path("a", "A", IN_GERMANY, *steps), otherwise=otherwise)


def ids(steps: Sequence[Step]) -> list[str]:
    return [one.id for one in steps]


def test_a_path_names_its_steps_and_messages() -> None:  # T-02
    found = parsed(
        email("hello"),
        fork(wait("w", 3), email("german"), sms("text"), otherwise=[wait("v", 2)]),
        off(email("never")),
        email("last"),
    )
    longest, shortest = longest_path(found), shortest_path(found)
    assert ids(longest.steps) == ["hello", "b", "w", "german", "text", "last"]
    assert (longest.days, longest.length, longest.messages) == (3, timedelta(days=3), 4)
    assert ids(shortest.steps) == ["hello", "b", "v", "last"]
    assert (shortest.days, shortest.messages) == (2, 2)


def test_a_path_ends_where_the_workflow_stops() -> None:
    found = parsed(fork(wait("w", 9), email("bye"), STOP, otherwise=[wait("v", 3)]), wait("x", 1))
    assert ids(longest_path(found).steps) == ["b", "w", "bye", "stop"]
    assert ids(shortest_path(found).steps) == ["b", "v", "x"]
    everybody_stops = parsed(fork(STOP, otherwise=[wait("v"), {**STOP, "id": "end"}]), email("never"))
    assert ids(longest_path(everybody_stops).steps) == ["b", "v", "end"]
    assert ids(shortest_path(everybody_stops).steps) == ["b", "stop"]


@pytest.mark.parametrize(
    ("steps", "longest", "shortest"),
    [
        ([], 0, 0),
        ([off(wait("w", 2))], 0, 0),
        ([REPLY], 5, 0),
        ([WEEKDAY, wait("w", 2)], 9, 2),
        ([fork(wait("w", 4)), wait("x", 1)], 5, 1),
        ([off(fork(wait("w", 4))), wait("x", 1)], 1, 1),
        ([split("s", 50, 50)], 0, 0),
    ],
)
def test_how_long_paths_are(steps: list[dict[str, Any]], longest: int, shortest: int) -> None:
    found = parsed(*steps)
    assert (longest_path(found).days, shortest_path(found).days) == (longest, shortest)
    assert days(found) == longest


def test_of_equally_long_paths_the_messages_decide() -> None:
    found = parsed(fork(email("one"), email("two"), otherwise=[email("three")]))
    assert (longest_path(found).messages, shortest_path(found).messages) == (2, 1)


def test_many_forks_in_a_row_take_no_time() -> None:
    """As many as a workflow may have make 2**25 paths."""
    found = parse(as_large_as_allowed())
    assert (longest_path(found).messages, longest_path(found).days) == (25, 50)
    nested = wait("deepest", 1)
    for number in range(5):
        nested = branch(f"b{number}", path(f"p{number}", "A", IN_GERMANY, nested, email(f"m{number}")))
    found = parsed(nested)
    assert (longest_path(found).messages, shortest_path(found).messages) == (5, 0)


def random_steps(rng: Random, depth: int, numbers: Iterator[int]) -> list[dict[str, Any]]:
    found = []
    for _ in range(rng.randint(0, 2 if depth < 2 else 3)):
        name = f"s{next(numbers)}"
        kind = rng.choice(["email", "wait", "reply", "stop", "fork", "fork"] if depth else ["email", "wait"])
        if kind == "fork":
            paths = [
                path(f"{name}-{number}", "A", IN_GERMANY, *random_steps(rng, depth - 1, numbers))
                for number in range(rng.randint(1, 2))
            ]
            made = branch(name, *paths, otherwise=random_steps(rng, depth - 1, numbers))
        elif kind == "wait":
            made = wait(name, rng.randint(1, 4))
        else:
            made = {"email": email(name), "reply": {**REPLY, "id": name}, "stop": {**STOP, "id": name}}[kind]
        found.append(off(made) if rng.random() < 0.1 else made)
    return found


def every_path(steps: Sequence[Step]) -> Iterator[tuple[tuple[Step, ...], bool]]:
    """All there are, one by one: (steps, whether it stops)."""
    if not steps:
        yield (), False
        return
    first, rest = steps[0], steps[1:]
    if not first.enabled:
        yield from every_path(rest)
    elif first.type == "stop":
        yield (first,), True
    else:
        for path in first.paths or [None]:
            for inside, stops in every_path(path.steps) if path else [((), False)]:
                if stops:
                    yield (first, *inside), True
                else:
                    yield from (((first, *inside, *after), end) for after, end in every_path(rest))


def messages(steps: Sequence[Step]) -> int:
    return sum(1 for one in steps if one.is_message)


def slow(step: Step, at: timedelta) -> timedelta:
    return at + timedelta(minutes=wait_minutes(step))


def fast(step: Step, at: timedelta) -> timedelta:
    return slow(step, at) if step.type == "wait" else at


def uneven(step: Step, at: timedelta) -> timedelta:
    """Instead of for a reply, wait until the next full week."""
    if step.type == "wait":
        return slow(step, at)
    return -(-at // WEEK) * WEEK if wait_minutes(step) else at


def length(pace: Pace, steps: Sequence[Step]) -> timedelta:
    at = timedelta()
    for one in steps:
        at = pace(one, at)
    return at


@settings(deadline=None, max_examples=150)
@given(st.randoms(use_true_random=False))
def test_no_path_is_longer_or_shorter(rng: Random) -> None:  # T-02
    found: Definition = parse(definition(*random_steps(rng, 2, iter(range(1000)))))
    every = [steps for steps, _ in every_path(found.steps)]
    longest, shortest = longest_path(found), shortest_path(found)
    assert longest.steps in every and shortest.steps in every
    assert (longest.length, longest.messages) == max((length(slow, one), messages(one)) for one in every)
    assert (shortest.length, shortest.messages) == min((length(fast, one), messages(one)) for one in every)
    for best, choose in ((longest_path(found, uneven), max), (shortest_path(found, uneven), min)):
        assert best.steps in every and best.length == length(uneven, best.steps)
        assert best.length == choose(length(uneven, one) for one in every)
