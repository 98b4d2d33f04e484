"""Conditions, branches and splits are judged, way by way (T-11)."""

from typing import Any

import pytest

from app.workflows.domain import problems
from tests.unit.workflows.documents import (
    IN_GERMANY,
    branch,
    email,
    parsed,
    path,
    rule,
    split,
    step,
)


@pytest.mark.parametrize(
    ("criteria", "words"),
    [
        (None, "Add at least one condition."),
        ({"all": []}, "Add at least one condition."),
        ({"all": [rule("contact.shoe", "equals", "x")]}, "The field “contact.shoe” doesn’t exist."),
        (
            {"all": [rule("contact.city", "looks_like", "x")]},
            "“looks_like” isn’t a valid operator for City.",
        ),
        ({"all": [rule("contact.city", "greater", 3)]}, "“is more than” doesn’t work with City."),
        ({"all": [rule("contact.city", "equals", "")]}, "City is: enter a value."),
        (
            {"all": [rule("contact.country", "equals", "Germany")]},
            "Country is: enter a two-letter country code, such as US.",
        ),
        (
            {"all": [rule("contact.tags", "has_any", "vip")]},
            "Tags has any of: enter at least one value, as a list.",
        ),
        ({"all": [rule("event.amount", "greater", "much")]}, "Purchase amount is more than: enter a number."),
        (
            {"all": [rule("event.amount", "between", [1])]},
            "Purchase amount is between: enter two values, from and to.",
        ),
        (
            {"all": [rule("contact.birthday", "before", "May")]},
            "Birthday is before: enter a date such as 2026-05-01.",
        ),
        (
            {"all": [rule("contact.created_at", "in_last_days", 0)]},
            "Added on was in the last … days: enter a number of days, 1 or more.",
        ),
        (
            {"all": [rule("contact.status", "equals", "asleep")]},
            "Status is: enter active, bounced, unsubscribed, or blocked.",
        ),
        (
            {"all": IN_GERMANY["all"], "any": []},
            "A group of conditions can use “all” or “any”, but not both.",
        ),
        ({"all": ["x"]}, "A condition needs a field, an operator, and a value."),
        (
            {"none": [], "all": IN_GERMANY["all"]},
            "“none” can’t join conditions. Use “all” or “any”.",
        ),
        (
            {"all": [{"all": [{"all": [{"all": [{"all": IN_GERMANY["all"]}]}]}]}]},
            "The conditions are nested more than 4 levels deep.",
        ),
        ({"all": IN_GERMANY["all"] * 51}, "There are 51 conditions; the maximum is 50."),
    ],
)
def test_conditions_are_judged(criteria: Any, words: str) -> None:  # T-11
    messages = [
        problem.message for problem in problems(parsed(email(), branch("b", path("a", "A", criteria))))
    ]
    assert f"Path 1: {words}" in messages


@pytest.mark.parametrize(
    ("fork", "sentence"),
    [
        (branch("f"), "A branch needs 1 to 10 paths with conditions, plus one for everyone else."),
        (
            branch("f", *(path(f"a{n}", f"A{n}", IN_GERMANY) for n in range(11))),
            "A branch needs 1 to 10 paths with conditions, plus one for everyone else.",
        ),
        (branch("f", path("a", "", IN_GERMANY)), "Path 1 needs a name."),
        (branch("f", path("a", "A", IN_GERMANY), path("b", "A", IN_GERMANY)), "Two paths are named “A”."),
        (branch("f", {**path("a", "A", IN_GERMANY), "steps": "x"}), "Path 1: the steps must be a list."),
        (
            branch("f", {**path("a", "A", IN_GERMANY), "percent": 3}),
            "Path 1: “percent” isn’t part of a path.",
        ),
        (step("f", "branch"), "Add paths."),
        (split("f", 100), "A split needs 2 to 5 paths; this one has 1."),
        (split("f", 50, 40), "The percentages must add up to 100; these add up to 90."),
        (split("f", 0, 100), "Every path in a split needs a whole percentage from 1 to 99."),
        (step("f", "split", arms=[], default={}), "“default” isn’t a setting of Split."),
    ],
)
def test_forks_are_judged(fork: dict[str, Any], sentence: str) -> None:  # T-11
    assert sentence in [problem.message for problem in problems(parsed(email(), fork))]
