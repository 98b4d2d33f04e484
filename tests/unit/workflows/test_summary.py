"""The figures of a card, the length in days, and the miniature (T-01, T-06)."""

import json
from typing import Any

import pytest

from app.workflows.domain import days, miniature, parse, summary
from tests.unit.workflows.documents import (
    IN_GERMANY,
    branch,
    definition,
    email,
    goal,
    goals,
    off,
    one_of_everything,
    parsed,
    path,
    sms,
    split,
    step,
    wait,
)

STOP = step("stop", "stop")
LIMIT = {"amount": 5, "unit": "days"}


def fork(*steps: dict[str, Any], otherwise: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return branch("b", path("a", "A", IN_GERMANY, *steps), otherwise=otherwise)


@pytest.mark.parametrize(
    ("steps", "total"),
    [
        ([email()], 0),
        ([wait("w", 11, "hours")], 0),
        ([wait("w", 12, "hours")], 1),
        ([wait("w", 2), wait("v", 1, "weeks")], 9),
        ([off(wait("w", 2)), wait("v", 1)], 1),
        ([fork(wait("w", 2), otherwise=[wait("v", 3)]), wait("x", 1)], 4),
        ([fork(wait("w", 9), STOP, otherwise=[wait("v", 3)]), wait("x", 1)], 9),
        ([fork(wait("w", 1), STOP, otherwise=[wait("v", 3)]), wait("x", 1)], 4),
        ([fork(wait("w", 1), STOP, otherwise=[STOP]), wait("x", 50)], 1),
        ([off(fork(wait("w", 9))), wait("x", 1)], 1),
        ([wait("w", 1), STOP, wait("v", 7)], 1),
        ([step("w", "wait_for_event", event="replied", timeout=LIMIT)], 5),
        ([step("w", "wait_until", kind="weekday", weekday="monday")], 7),
        ([wait("d", 2), step("w", "wait_until", kind="time_of_day", time="09:00")], 2),
        ([step("w", "wait_until", kind="date", date="2030-01-01")], 0),
        ([split("s", 50, 50), wait("w", 1)], 1),
    ],
)
def test_the_length_is_the_longest_way_through(steps: list[dict[str, Any]], total: int) -> None:  # T-01
    assert days(parsed(*steps)) == total


def test_a_summary_has_all_that_a_card_shows() -> None:  # T-01, T-06
    found = summary(parse(one_of_everything()))
    assert found.trigger == "tag_added"
    assert (found.steps, found.goal_types) == (25, ("tag_added", "purchase_made", "link_clicked"))
    assert found.channels == ("email", "sms", "webhook")
    assert {"send_sms", "wait_for_event", "split", "stop"} <= set(found.step_types)


def test_a_message_that_is_switched_off_is_no_channel() -> None:  # T-01
    found = summary(parsed(off(sms()), email()))
    assert (found.channels, found.steps) == (("email",), 2)


def test_the_miniature_is_small_and_json() -> None:  # T-01
    document = definition(
        email("a"),
        wait("w", 36, "hours"),
        fork(off(sms("s")), STOP, otherwise=[step("t", "add_tag", tag="x")]),
        split("p", 50, 50),
        goals=goals(goal("g", "purchase_made")),
    )
    assert json.loads(json.dumps(miniature(parse(document)))) == {
        "trigger": "manual",
        "goals": 1,
        "nodes": [
            {"kind": "step", "type": "send_email"},
            {"kind": "timing", "days": 1.5},
            {
                "kind": "fork",
                "type": "branch",
                "paths": [
                    [{"kind": "step", "type": "send_sms", "off": True}, {"kind": "end"}],
                    [{"kind": "step", "type": "add_tag"}],
                ],
            },
            {"kind": "fork", "type": "split", "paths": [[], []]},
        ],
    }
