"""Categories of workflow templates, in the order of the gallery's tabs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Category:
    """A category: `key` is used in files, URLs, and the database; the rest is for display."""

    key: str
    label: str
    description: str
    icon: str


CUSTOM = "custom"

CATEGORIES: tuple[Category, ...] = (
    Category(
        "lead_nurturing",
        "Lead nurturing",
        "Turn inquiries into conversations, and conversations into customers.",
        "flame",
    ),
    Category("appointment_reminder", "Appointment reminders", "Confirm, remind, and rebook.", "calendar"),
    Category(
        "onboarding",
        "Onboarding",
        "Get new customers, members, and subscribers off to a great start.",
        "route",
    ),
    Category(
        "re_engagement",
        "Re-engagement",
        "Win back people who have gone quiet, and let the rest go gracefully.",
        "refresh",
    ),
    Category("review_request", "Review requests", "Ask for an honest review at the right time.", "star"),
    Category(
        "birthday_celebration", "Birthdays", "Birthdays and anniversaries, with or without a gift.", "cake"
    ),
    Category(CUSTOM, "Custom", "Templates your team has created.", "pencil"),
)

CATEGORY_KEYS: tuple[str, ...] = tuple(category.key for category in CATEGORIES)

_BY_KEY = {category.key: category for category in CATEGORIES}


def category_named(key: object) -> Category | None:
    """Return the category with this key, or None."""
    return _BY_KEY.get(key) if isinstance(key, str) else None


def category_label(key: str) -> str:
    """Return the label of a category; an unknown key is returned unchanged."""
    found = category_named(key)
    return found.label if found else key
