"""The seven categories."""

from app.gallery.domain.categories import CATEGORIES, CATEGORY_KEYS, category_label, category_named


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
