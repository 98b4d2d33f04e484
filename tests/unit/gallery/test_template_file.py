"""A template as a file: read strictly, written to be read back, safe when it comes from strangers."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.gallery.domain.template_file import UnreadableTemplate, key_of, parse_template, template_text
from app.gallery.domain.yaml_text import read_yaml, written_yaml

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


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
JSON = st.recursive(
    TEXTS
    | st.booleans()
    | st.none()
    | st.integers(-(10**17), 10**17)
    | st.sampled_from([0.5, -1.25, 1e16, 1e-7]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)


@given(JSON)
@example("Hi,\n\n  there \u2028line\x85\r\n\n")
@example([" \n leading", "trailing \n", "\t", "0123", "no", "~", "18:30", "1e3", "=", "<<", "- x", "# x", ""])
def test_any_json_is_written_and_read_back(value: object) -> None:  # T-20
    assert read_yaml(written_yaml({"value": value})) == {"value": value}


def test_the_order_of_names_does_not_matter() -> None:  # T-20
    template = parse_template(GOOD)
    turned = parse_template(GOOD)
    turned.definition["steps"] = [
        {name: step[name] for name in reversed(step)} for step in turned.definition["steps"]
    ]
    assert list(turned.definition["steps"][0]) != list(template.definition["steps"][0])
    assert template_text(turned) == template_text(template)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("New lead welcome", "new-lead-welcome"),
        ("  Größe: „Teil 2“ & Ünïque's ", "groe-teil-2-uniques"),
        ("Привет", "template"),
        (
            "one two three four five six seven eight nine ten eleven",
            "one-two-three-four-five-six-seven-eight-nine-ten",
        ),
        ("x" * 120, "x" * 60),
        ("a" * 59 + " b", "a" * 59),
    ],
)
def test_a_key_is_made_of_the_name(name: str, key: str) -> None:  # T-20
    assert key_of(name) == key
    assert parse_template(GOOD.replace("key: two-emails", f"key: {key}")).key == key


def test_a_description_may_be_empty_but_not_missing() -> None:  # T-20
    assert parse_template(GOOD.replace("For a test.", '""')).description == ""
    assert "“description” is missing" in refused(GOOD.replace("description: For a test.\n", ""))
