"""A definition in which other contact fields are used: everything that refers to them, and nothing else."""

import json

import pytest

from app.workflows.domain import parse
from app.workflows.domain.definition.custom_fields import custom_fields_in, with_fields
from app.workflows.domain.messages.renaming import with_tags_renamed
from tests.unit.workflows.documents import branch, definition, email, goal, goals, path, rule, step

BIRTHDAY, DOB = "contact.custom.birthday", "contact.custom.dob"
NAMES = {BIRTHDAY: DOB}


@pytest.mark.parametrize(
    ("text", "renamed"),
    [
        ("{{ contact.custom.birthday }}", "{{ contact.custom.dob }}"),
        ("{{contact.custom.birthday|date:'%B'}}!", "{{contact.custom.dob|date:'%B'}}!"),
        ("{{ contact['custom'].birthday }}", "{{ contact.custom.dob }}"),
        ('{{ contact.custom [ "birthday" ] | upcase }}', "{{ contact.custom.dob | upcase }}"),
        (
            "{% if contact.custom.birthday == contact.custom.birthday %}contact.custom.birthday{% endif %}",
            "{% if contact.custom.dob == contact.custom.dob %}contact.custom.birthday{% endif %}",
        ),
        (
            "{{ contact.first_name | default: contact.custom.birthday }}",
            "{{ contact.first_name | default: contact.custom.dob }}",
        ),
        ("{{ contact.custom.birthday_party }}", "{{ contact.custom.birthday_party }}"),
        ("{{ 'contact.custom.birthday' }}", "{{ 'contact.custom.birthday' }}"),
        ("{{ contact.custom.birthday", "{{ contact.custom.birthday"),
        ("birthday", "birthday"),
    ],
    ids=range(10),
)
def test_only_merge_tags_are_renamed(text: str, renamed: str) -> None:  # T-12
    assert with_tags_renamed(text, NAMES) == renamed


@pytest.mark.parametrize("key", ["2024", "in", "empty", "2fa", "year-end"])
def test_keys_that_are_no_plain_words_still_work(key: str) -> None:  # T-12
    name = f"contact.custom.{key}"
    text = with_tags_renamed("{{ contact.custom.birthday | date: '%B' }}", {BIRTHDAY: name})
    assert custom_fields_in(parse(definition(email(body=text)))) == [key]


def test_settings_texts_conditions_and_goals_use_the_other_field() -> None:  # T-12
    asked = {"any": [rule(BIRTHDAY, "is_empty"), {"all": [rule(BIRTHDAY, "before", "2000-01-01")]}]}
    document = definition(
        email(subject="{{ contact.custom.birthday }}"),
        step("hook", "webhook", url="https://example.com", fields={"day": "{{ contact.custom.birthday }}"}),
        step("until", "wait_until", kind="contact_field", field=BIRTHDAY),
        step("idle", "wait_until", kind="weekday", weekday="monday", field=BIRTHDAY),
        step("set", "update_field", field=BIRTHDAY, value="contact.custom.birthday"),
        branch("fork", path("p", "birthday", asked, email("inner", body="{{ contact.custom.birthday }}"))),
        trigger={
            "type": "date_reached",
            "enabled": True,
            "config": {"field": BIRTHDAY},
            "filters": {"all": [rule(BIRTHDAY, "is_not_empty"), rule("contact.city", "equals", BIRTHDAY)]},
        },
        goals=goals(goal("g", "field_equals", field=BIRTHDAY, value="x")),
    )
    used = with_fields(parse(document), NAMES)
    assert custom_fields_in(used) == ["dob"]
    kept = json.dumps(used.document).count("contact.custom.birthday")
    assert kept == 2, "a value that a step sets and a value of a condition are no fields"
    assert with_fields(used, {DOB: BIRTHDAY}).document == document
    assert with_fields(used, {}) is used
