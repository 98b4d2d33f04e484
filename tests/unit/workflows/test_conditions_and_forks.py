"""Conditions, branches and splits are judged, way by way (T-11)."""

from typing import Any

import pytest

from app.workflows.domain import problems
from tests.unit.workflows.documents import (
    IN_GERMANY,
    arm,
    branch,
    definition,
    email,
    rule,
    split,
    step,
)


@pytest.mark.parametrize(
    ("criteria", "words"),
    [
        (None, "Add the conditions that have to be met."),
        ({"all": []}, "Add at least one condition."),
        ({"all": [rule("contact.shoe", "equals", "x")]}, "There is no field “contact.shoe”."),
        (
            {"all": [rule("contact.city", "looks_like", "x")]},
            "“looks_like” is not a comparison that exists (City).",
        ),
        ({"all": [rule("contact.city", "greater", 3)]}, "“is more than” cannot be asked of City."),
        ({"all": [rule("contact.city", "equals", "")]}, "City is: the value is missing."),
        (
            {"all": [rule("contact.country", "equals", "Germany")]},
            "Country is: give a country by its two letters, such as DE.",
        ),
        (
            {"all": [rule("contact.tags", "has_any", "vip")]},
            "Tags has any of: give at least one value, as a list.",
        ),
        ({"all": [rule("event.amount", "greater", "much")]}, "Purchase amount is more than: give a number."),
        (
            {"all": [rule("event.amount", "between", [1])]},
            "Purchase amount is between: give two values, from and to.",
        ),
        (
            {"all": [rule("contact.birthday", "before", "May")]},
            "Birthday is before: give a date such as 2026-05-01.",
        ),
        (
            {"all": [rule("contact.created_at", "in_last_days", 0)]},
            "Added on was in the last … days: give a number of days from 1 on.",
        ),
        (
            {"all": [rule("contact.status", "equals", "asleep")]},
            "Status is: give active, unsubscribed, bounced or blocked.",
        ),
        (
            {"all": IN_GERMANY["all"], "any": []},
            "Conditions are joined by “all” or by “any”, not by both in the same group.",
        ),
        ({"all": ["x"]}, "A condition needs a field, an operator and a value."),
        (
            {"none": [], "all": IN_GERMANY["all"]},
            "“none” is not how conditions are joined: use “all” or “any”.",
        ),
        (
            {"all": [{"all": [{"all": [{"all": [{"all": IN_GERMANY["all"]}]}]}]}]},
            "The conditions are nested more than 4 levels deep.",
        ),
        ({"all": IN_GERMANY["all"] * 51}, "There are 51 conditions; at most 50 fit in one place."),
    ],
)
def test_conditions_are_judged(criteria: Any, words: str) -> None:  # T-11
    messages = [
        problem.message for problem in problems(definition(email(), branch("b", arm("a", "A", criteria))))
    ]
    assert f"Path 1: {words}" in messages


@pytest.mark.parametrize(
    ("fork", "sentence"),
    [
        (branch("f"), "A branch has 1 to 10 paths with conditions, plus one for everyone else."),
        (
            branch("f", *(arm(f"a{n}", f"A{n}", IN_GERMANY) for n in range(11))),
            "A branch has 1 to 10 paths with conditions, plus one for everyone else.",
        ),
        (branch("f", arm("a", "", IN_GERMANY)), "Path 1 needs a name."),
        (branch("f", arm("a", "A", IN_GERMANY), arm("b", "A", IN_GERMANY)), "Two paths are named “A”."),
        (branch("f", {**arm("a", "A", IN_GERMANY), "steps": "x"}), "Path 1: the steps have to be a list."),
        (
            branch("f", {**arm("a", "A", IN_GERMANY), "percent": 3}),
            "Path 1: “percent” is not part of a path.",
        ),
        (step("f", "branch"), "The paths are missing."),
        (split("f", 100), "A split has 2 to 5 paths; this one has 1."),
        (split("f", 50, 40), "The percentages must add up to 100; these add up to 90."),
        (split("f", 0, 100), "Every path of a split needs a whole percentage from 1 to 99."),
        (step("f", "split", arms=[], default={}), "“default” is not a setting of Split."),
    ],
)
def test_forks_are_judged(fork: dict[str, Any], sentence: str) -> None:  # T-11
    assert sentence in [problem.message for problem in problems(definition(email(), fork))]
