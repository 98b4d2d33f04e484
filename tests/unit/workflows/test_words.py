"""Everything a workflow does, said as a marketer would say it (T-02, T-07)."""

from typing import Any

import pytest

from app.contacts.domain.criteria import criteria_words
from app.workflows.domain import Names, goals_words, message_names, parse, step_words, trigger_words
from app.workflows.domain.types.words import readable
from tests.unit.workflows.documents import (
    EVERY_GOAL,
    EVERY_STEP,
    EVERY_TRIGGER,
    IN_GERMANY,
    definition,
    email,
    goals,
    parsed,
    rule,
    step,
)

MESSAGES = {"welcome": "Welcome", "offer": "Your offer"}


@pytest.mark.parametrize(
    ("trigger", "words"),
    list(
        zip(
            EVERY_TRIGGER,
            [
                "When you add people",
                "When a contact is created",
                "When the tag “new-lead” is added",
                "When the tag “new-lead” is removed",
                "When Country changes to Germany",
                "When the form “contact” is submitted",
                "When an appointment in “Main” is booked",
                "When an appointment is canceled",
                "When an appointment is completed",
                "When an appointment is missed",
                "When a purchase of “Course” is made for at least 50",
                "3 days before the contact’s birthday at 08:30",
                "When the webhook “shop-order” receives data",
            ],
            strict=True,
        )
    ),
)
def test_triggers_in_words(trigger: dict[str, Any], words: str) -> None:  # T-02
    assert trigger_words(parsed(trigger=trigger)).title == words


def test_filters_in_words() -> None:  # T-02
    trigger = {"type": "contact_created", "config": {}, "filters": IN_GERMANY}
    assert trigger_words(parsed(trigger=trigger)).detail == "Only if: country is Germany"


@pytest.mark.parametrize(
    ("one", "words"),
    list(
        zip(
            EVERY_STEP,
            [
                ("Send email", "Hi [First name]"),
                ("Send SMS", "Hi [First name]"),
                ("Add tag", "lead"),
                ("Remove tag", "cold"),
                ("Update field", "Set City to [Town]"),
                ("Notify team", "To the marketers: Look at [Full name]"),
                ("Create task", "Call, due in 2 days"),
                ("Add note", "Said hello"),
                ("Call webhook", "POST example.com"),
                ("Add to another workflow", "Spring news"),
                ("Remove from another workflow", "b3"),
                ("Wait 3 hours", ""),
                ("Wait until May 1, 2026 at 09:00", ""),
                ("Wait until the contact’s birthday", ""),
                (
                    "Wait until 3 days before “Renewal” at 09:00",
                    "In the contact’s time zone. Ends if the day has passed",
                ),
                ("Wait until 10:00", "In the contact’s time zone"),
                ("Wait until Monday at 08:00", ""),
                ("Wait for a click in “Welcome”", "Up to 3 days"),
                ("Wait until any email is opened", "Up to 1 week"),
                ("Wait until the tag “vip” is added", "Up to 1 day"),
                ("Branch", "3 paths, first match wins"),
                ("A/B split 40/60", "Path 1 and Path 2"),
                ("Stop", ""),
            ],
            strict=True,
        )
    ),
)
def test_steps_in_words(one: dict[str, Any], words: tuple[str, str]) -> None:  # T-07
    step = parsed(one).steps[0]
    found = step_words(step, Names(MESSAGES, {"b2": "Spring news"}))
    assert (found.title, found.detail) == words


@pytest.mark.parametrize(
    ("criteria", "words"),
    [
        (
            {
                "all": [
                    rule("contact.country", "equals", "DE"),
                    rule("event.link_clicked", "equals", "welcome"),
                ]
            },
            "Country is Germany and has clicked a link in “Welcome”",
        ),
        (
            {
                "any": [
                    rule("event.email_opened", "not_equals", "welcome"),
                    rule("event.replied", "in_list", ["welcome", "offer"]),
                ]
            },
            "Has not opened “Welcome” or has replied to “Welcome” or “Your offer”",
        ),
        (
            {
                "all": [
                    {
                        "any": [
                            rule("contact.city", "contains", "ham"),
                            rule("contact.city", "starts_with", "B"),
                        ]
                    },
                    rule("contact.phone", "is_not_empty"),
                ]
            },
            "(City contains ham or City starts with B) and Phone is not empty",
        ),
        ({"all": [rule("contact.tags", "has_any", ["vip"])]}, "Has the tag “vip”"),
        (
            {"all": [rule("contact.tags", "has_all", ["a", "b", "c"])]},
            "Has all of the tags “a”, “b”, and “c”",
        ),
        ({"all": [rule("contact.tags", "has_none", ["a", "b"])]}, "Has none of the tags “a” or “b”"),
        ({"all": [rule("contact.tags", "is_empty")]}, "Has no tags"),
        ({"all": [rule("event.amount", "between", [10, 99.5])]}, "Purchase amount is between 10 and 99.5"),
        ({"all": [rule("contact.created_at", "in_last_days", 30)]}, "Added on was in the last 30 days"),
        ({"all": [rule("contact.birthday", "before", "1990-05-01")]}, "Birthday is before May 1, 1990"),
        (
            {"all": [rule("contact.country", "in_list", ["DE", "FR", "XX"])]},
            "Country is one of Germany, France, or XX",
        ),
        ({"all": [rule("contact.custom.shoe_size", "greater", 42)]}, "Shoe size is more than 42"),
        ({"all": [rule("event.link_clicked", "is_not_empty")]}, "Has clicked a link in any message"),
        ({"all": [rule("nonsense", "equals", 1)]}, "An incomplete condition"),
        (None, "No conditions yet"),
    ],
)
def test_conditions_in_words(criteria: Any, words: str) -> None:  # T-07
    assert criteria_words(criteria, MESSAGES) == words


def test_goals_in_words() -> None:  # T-07
    three = definition(email("welcome", "Welcome"), goals=goals(*EVERY_GOAL[:3]))
    assert goals_words(parse(three)) == (
        "Ends when the contact gets the tag “customer”, submits the form “order”, or books an appointment"
    )
    both = definition(email("welcome", "Welcome"), goals=goals(*EVERY_GOAL[3:], match="all"))
    assert goals_words(parse(both)) == (
        "Ends when the contact makes a purchase, city is Bristol, and clicks a link in “Welcome”"
    )
    assert goals_words(parsed(email())) == ""
    off = goals(EVERY_GOAL[0] | {"enabled": False})
    assert goals_words(parsed(email(), goals=off)) == ""


def test_messages_are_called_by_their_subject() -> None:  # T-07
    document = definition(
        email("a", "Hi {{ contact.first_name | default: 'you' }}!"), step("b", "send_sms", text="x" * 99)
    )
    assert message_names(parse(document)) == {"a": "Hi [First name]!", "b": "x" * 59 + "…"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{contact.first_name|upcase}}, {{- contact.custom.shoe_size -}}", "[First name], [Shoe size]"),
        ("{% if contact.city %}In {{ contact.city }}{% endif %}", "In [City]"),
        ("{{ broken", "{{ broken"),
        (None, ""),
    ],
)
def test_texts_are_readable_without_braces(text: Any, words: str) -> None:  # T-07
    assert readable(text) == words
