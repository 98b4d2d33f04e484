"""What may be said about a template's success, where a workflow comes from, and the seven categories."""

from datetime import UTC, datetime

import pytest

from app.gallery.domain.categories import CATEGORIES, CATEGORY_KEYS, category_label, category_named
from app.gallery.domain.lineage import Lineage
from app.gallery.domain.results import completion_rate, completion_words


@pytest.mark.parametrize(
    ("enrolled", "completed", "goal_reached", "rate"),
    [
        (0, 0, 0, None),
        (19, 19, 0, None),
        (20, 5, 5, 0.5),
        (20, 0, 0, 0.0),
        (40, 40, 0, 1.0),
        (300, 1, 0, 1 / 300),
    ],
)
def test_a_rate_is_known_from_twenty_enrollments_on(
    enrolled: int, completed: int, goal_reached: int, rate: float | None
) -> None:  # T-18
    assert completion_rate(enrolled, completed, goal_reached) == rate


@pytest.mark.parametrize(
    ("rate", "words"),
    [(None, ""), (0.0, "0%"), (0.001, "1%"), (0.426, "43%"), (0.999, "99%"), (1.0, "100%")],
)
def test_a_rate_never_rounds_to_all_or_nothing(rate: float | None, words: str) -> None:  # T-18
    assert completion_words(rate) == words


def test_lineage_says_where_a_workflow_comes_from() -> None:  # T-08
    lineage = Lineage(7, "New lead welcome", 3, "lead_nurturing", datetime(2026, 5, 1, tzinfo=UTC))
    assert lineage.words() == "New lead welcome, version 3"
    assert lineage.versions_behind(3) == 0
    assert lineage.versions_behind(5) == 2


def test_the_seven_categories() -> None:  # T-05
    assert CATEGORY_KEYS == (
        "lead_nurturing",
        "appointment_reminder",
        "onboarding",
        "re_engagement",
        "review_request",
        "birthday_celebration",
        "custom",
    )
    assert all(category.label and category.description for category in CATEGORIES)
    assert category_named("onboarding") is CATEGORIES[2]
    assert category_named("nonsense") is None
    assert category_named(None) is None
    assert category_label("re_engagement") == "Re-engagement"
