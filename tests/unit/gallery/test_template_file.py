"""A template as a file: read strictly, written to be read back, safe when it comes from strangers."""

import pytest

from app.gallery.domain.template_file import UnreadableTemplate, parse_template, template_text

GOOD = """\
key: two-emails
name: Two emails
category: onboarding
description: For a test.
tags: [Welcome, welcome, 'no']
definition:
  format: 1
  trigger: {type: tag_added, config: {tag: new}}
  steps:
    - {id: hello, type: send_email, config: {subject: Hello, body: "Hi,\\n\\nwelcome."}}
    - {id: evening, type: wait_until, config: {kind: time_of_day, time: 18:30}}
    - id: ways
      type: branch
      config:
        arms:
          - {id: yes, name: Yes, criteria: {all: []}, steps: [{id: inner, type: stop}]}
        default: {name: Others, steps: []}
"""


def refused(text: str) -> str:
    with pytest.raises(UnreadableTemplate) as refusal:
        parse_template(text)
    return str(refusal.value)


def test_a_file_is_read_and_what_is_usual_is_filled_in() -> None:  # T-19
    template = parse_template(GOOD)
    steps = template.definition["steps"]
    assert template.tags == ("welcome", "no")
    assert template.definition["trigger"]["enabled"] is True
    assert [step["enabled"] for step in steps] == [True, True, True]
    assert steps[2]["config"]["arms"][0]["steps"] == [
        {"id": "inner", "type": "stop", "enabled": True, "config": {}}
    ]
    assert template.definition["goals"] == {"match": "any", "items": []}


def test_times_and_words_stay_as_they_were_written() -> None:  # T-19
    steps = parse_template(GOOD).definition["steps"]
    assert steps[1]["config"]["time"] == "18:30"
    assert steps[2]["config"]["arms"][0]["id"] == "yes"


def test_what_is_written_reads_back_the_same() -> None:  # T-20
    template = parse_template(GOOD)
    again = parse_template(template_text(template))
    assert again == template
    assert again.content_hash() == template.content_hash()


def test_the_hash_knows_words_from_spacing() -> None:  # T-19
    template = parse_template(GOOD)
    assert parse_template(GOOD.replace("key: two", "\n# a remark\nkey:   two")).content_hash() == (
        template.content_hash()
    )
    assert parse_template(GOOD.replace("subject: Hello", "subject: Hallo")).content_hash() != (
        template.content_hash()
    )


def test_a_file_from_a_newer_version_is_refused() -> None:  # T-20
    assert "newer version" in refused(GOOD.replace("format: 1", "format: 2"))


def test_a_file_without_a_format_is_refused() -> None:  # T-20
    assert "format" in refused(GOOD.replace("  format: 1\n", ""))


@pytest.mark.parametrize(
    ("change", "to", "says"),
    [
        ("tags:", "labels: [x]\ntags:", "“labels”"),
        ("  steps:", "  step: []\n  steps:", "“step”"),
        ("key: two-emails", "key: Two Emails", "“key”"),
        ("category: onboarding", "category: onbording", "“onbording”"),
        ("description: For a test.", "description:", "“description” is missing"),
        ("name: Two emails", "name: 7", "“name” must be text"),
        ("name: Two emails", "name: " + "x" * 121, "“name”"),
        ("tags: [Welcome", "tags: [1", "“tags”"),
        ("key: two-emails", "key: two-emails\nkey: three", "line 2: “key” appears twice"),
        ("name: Two emails", "name: *other", "aliases"),
        ("name: Two emails", "name: &one Two", ""),
        ("name: Two emails", "name: !!python/name:os.system x", "type tags"),
        ("name: Two emails", "name: [unclosed", "line"),
        ("name: Two emails", "1: x\nname: Two emails", "a name must be a word"),
    ],
)
def test_a_mistake_is_named(change: str, to: str, says: str) -> None:  # T-20
    text = GOOD.replace(change, to, 1)
    if says:
        assert says in refused(text)
    else:
        parse_template(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "just words",
        "- a\n- list",
        "\x00",
        "{" * 5000,
        "a: " + "[" * 5000,
        "<html></html>",
        "PK\x03\x04",
        "x: 1",
    ],
)
def test_what_is_no_template_is_refused_with_a_sentence(text: str) -> None:  # T-20
    assert refused(text).startswith("This isn’t a template file")


def test_a_file_that_is_too_large_is_refused() -> None:  # T-20
    assert "too large" in refused(GOOD + "#" * 1_000_000)
