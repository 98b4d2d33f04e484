"""The figures of a card, the length in days, and the miniature (T-01, T-06)."""

import json
from typing import Any

import pytest

from app.workflows.domain import days, miniature, summary, total_days_words
from tests.unit.workflows.documents import (
    IN_GERMANY,
    arm,
    branch,
    definition,
    email,
    goal,
    goals,
    off,
    one_of_everything,
    sms,
    split,
    step,
    wait,
)

STOP = step("stop", "stop")
LIMIT = {"amount": 5, "unit": "days"}


def way(*steps: dict[str, Any], otherwise: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return branch("b", arm("a", "A", IN_GERMANY, *steps), otherwise=otherwise)


@pytest.mark.parametrize(
    ("steps", "total"),
    [
        ([email()], 0),
        ([wait("w", 11, "hours")], 0),
        ([wait("w", 12, "hours")], 1),
        ([wait("w", 2), wait("v", 1, "weeks")], 9),
        ([off(wait("w", 2)), wait("v", 1)], 1),
        ([way(wait("w", 2), otherwise=[wait("v", 3)]), wait("x", 1)], 4),
        ([way(wait("w", 9), STOP, otherwise=[wait("v", 3)]), wait("x", 1)], 9),
        ([way(wait("w", 1), STOP, otherwise=[wait("v", 3)]), wait("x", 1)], 4),
        ([way(wait("w", 1), STOP, otherwise=[STOP]), wait("x", 50)], 1),
        ([off(way(wait("w", 9))), wait("x", 1)], 1),
        ([wait("w", 1), STOP, wait("v", 7)], 1),
        ([step("w", "wait_for_event", event="replied", timeout=LIMIT)], 5),
        ([step("w", "wait_until", kind="weekday", weekday="monday")], 7),
        ([wait("d", 2), step("w", "wait_until", kind="time_of_day", time="09:00")], 2),
        ([step("w", "wait_until", kind="date", date="2030-01-01")], 0),
        ([split("s", 50, 50), wait("w", 1)], 1),
    ],
)
def test_the_length_is_the_longest_way_through(steps: list[dict[str, Any]], total: int) -> None:  # T-01
    assert days(definition(*steps)) == total


def test_the_length_in_words() -> None:  # T-01
    assert [total_days_words(number) for number in (0, 1, 14)] == ["Same day", "1 day", "14 days"]


def test_a_summary_has_all_that_a_card_shows() -> None:  # T-01, T-06
    found = summary(one_of_everything())
    assert found.trigger == "tag_added"
    assert (found.steps, found.actions, found.branches, found.goals) == (24, 11, 2, 3)
    assert found.channels == ("email", "sms", "webhook")
    assert found.needs == ("sms", "webhook", "calendar", "payments")
    assert {"send_sms", "wait_for_event", "split", "stop"} <= set(found.step_types)
    assert found.merge_tags[:3] == ("contact.first_name", "account.booking_link", "contact.custom.town")


def test_a_message_that_is_switched_off_is_no_channel() -> None:  # T-01
    found = summary(definition(off(sms()), email()))
    assert (found.channels, found.steps) == (("email",), 2)


def test_the_miniature_is_small_and_json() -> None:  # T-01
    document = definition(
        email("a"),
        wait("w", 36, "hours"),
        way(off(sms("s")), STOP, otherwise=[step("t", "add_tag", tag="x")]),
        split("p", 50, 50),
        goals=goals(goal("g", "purchase_made")),
    )
    assert json.loads(json.dumps(miniature(document))) == {
        "trigger": "manual",
        "goals": 1,
        "nodes": [
            {"kind": "dot", "channel": "email"},
            {"kind": "wait", "days": 1.5},
            {
                "kind": "fork",
                "split": False,
                "arms": [
                    [{"kind": "dot", "channel": "sms", "off": True}, {"kind": "stop"}],
                    [{"kind": "dot", "channel": "tag"}],
                ],
            },
            {"kind": "fork", "split": True, "arms": [[], []]},
        ],
    }
