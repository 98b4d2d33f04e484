"""The templates that Muster comes with: enough of them, all sound, all written so that they can be sent."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from app.gallery.domain.categories import CATEGORIES, CUSTOM
from app.gallery.domain.template_file import template_text
from app.workflows.domain import Step, parse
from app.workflows.domain.checks.needs import needs
from app.workflows.domain.checks.validation import problems
from app.workflows.domain.drawing.sample_message import sample_message
from app.workflows.domain.messages.merge_tags import render_text, sample_context
from tests.unit.gallery.shipped import KEYS, template, text

UNFILLED = re.compile(
    r"\[[^\]]*\](?!\()|<[a-z ]+>|_{3,}|\bX{2,}\b|\bT(?:ODO|BD)\b|\b(?:lorem|insert your)\b", re.I
)
CODE = re.compile(r"\*\*([A-Z][A-Z0-9]{3,})\*\*")
WHAT_AN_SMS_CAN_SAY = re.compile(r"[A-Za-z0-9 @!\"'()*+,./:;<>?&%$#=_\-]*")


def step_types(key: str) -> list[str]:
    return [step.type for step in template(key).parsed.all_steps]


def configs(key: str, kind: str) -> Iterator[dict[str, Any]]:
    return (step.config for step in template(key).parsed.all_steps if step.type == kind)


def texts_of(key: str) -> Iterator[str]:
    """What people read of a template."""
    file = template(key)
    yield from (file.name, file.description, *file.tags)
    for kind, names in (
        ("send_email", ("subject", "preheader", "body")),
        ("send_sms", ("text",)),
        ("create_task", ("title", "notes")),
        ("notify_team", ("message",)),
        ("add_note", ("text",)),
        ("stop", ("reason",)),
    ):
        yield from (str(config.get(name, "")) for config in configs(key, kind) for name in names)


@pytest.mark.parametrize("key", KEYS)
def test_every_template_is_valid(key: str) -> None:  # T-11, T-19
    assert [str(problem) for problem in problems(template(key).parsed)] == []


def test_the_key_is_the_name_of_the_file() -> None:  # T-19
    for key in KEYS:
        assert template(key).key == key, key


def test_there_are_enough_in_every_category() -> None:  # T-19
    counts = Counter(template(key).category for key in KEYS)
    assert sum(counts.values()) >= 50
    assert set(counts) == {category.key for category in CATEGORIES} - {CUSTOM}
    assert min(counts.values()) >= 7


def test_enough_of_them_branch_have_goals_and_need_nothing_but_email() -> None:  # T-19
    assert sum("branch" in step_types(key) for key in KEYS) >= 30
    assert sum(bool(template(key).parsed.goals) for key in KEYS) >= 20
    assert sum("send_sms" in step_types(key) for key in KEYS) >= 6
    assert sum("split" in step_types(key) for key in KEYS) >= 2
    assert sum(not needs(template(key).parsed) for key in KEYS) >= 36


def test_a_description_says_so_only_when_email_is_enough() -> None:  # T-12, T-19
    for key in KEYS:
        says_so = template(key).description.endswith("Needs nothing but email.")
        assert says_so == (needs(template(key).parsed) == set()), key


def test_the_first_template_people_try_can_be_used_at_once() -> None:  # T-12, T-19
    assert "new-lead-welcome" in KEYS
    assert needs(parse(template("new-lead-welcome").definition)) == set()


def test_a_template_is_long_enough_to_help_and_short_enough_to_grasp() -> None:  # T-19
    for key in KEYS:
        assert 5 <= len(step_types(key)) <= 14, key
        assert "send_email" in step_types(key), key
        assert 2 <= len(template(key).tags) <= 8, key


def test_every_name_comes_once() -> None:  # T-19
    assert len({template(key).name for key in KEYS}) == len(KEYS)


@pytest.mark.parametrize("key", KEYS)
def test_messages_read_well_in_an_inbox(key: str) -> None:  # T-19
    context = sample_context()
    for email in configs(key, "send_email"):
        subject = render_text(email["subject"], context, one_line=True)
        assert 10 <= len(subject) <= 60
        assert len(render_text(email.get("preheader", ""), context, one_line=True)) <= 110
        body = render_text(email["body"], context)
        assert len(body) > 80
        assert not re.search(r"\S  +\S", subject + body)
        assert body.splitlines()[0].rstrip().endswith(",")


def test_no_two_emails_of_a_template_have_the_same_subject() -> None:  # T-19
    for key in KEYS:
        subjects = [email["subject"] for email in configs(key, "send_email")]
        assert len(set(subjects)) == len(subjects), key


def test_files_are_in_canonical_form() -> None:  # T-19, T-20
    """So that changes can be reviewed, and an export of a template is the file itself."""
    assert [key for key in KEYS if template_text(template(key)) != text(key)] == []


def test_only_what_the_description_names_is_left_to_fill_in() -> None:  # T-19
    """Codes are made up: the description says to create them. Nothing else stands for something missing."""
    for key in KEYS:
        texts = list(texts_of(key))
        assert [found[0] for one in texts for found in UNFILLED.finditer(one)] == [], key
        codes = {code for one in texts for code in CODE.findall(one)}
        assert [code for code in codes if f"Create the code {code} in" not in template(key).description] == []


def test_emails_show_the_sender_and_come_with_the_line_to_unsubscribe() -> None:  # T-07, T-19
    """Those are added to what is laid out as a letter, so no template has to write them."""
    for key in KEYS:
        definition = template(key).parsed
        for step in definition.messages:
            sample = sample_message(definition, step)
            assert sample is not None and sample.problems == ()
            if step.type == "send_email":
                assert sample.shown.layout == "letter"
                assert sample.sender_lines == ("Harbor Studio", "1 Quay Street", "Bristol BS1 4DJ")


def test_their_messages_leave_nothing_to_improve() -> None:  # T-19, W-01
    for key in KEYS:
        definition = template(key).parsed
        for step in definition.messages:
            sample = sample_message(definition, step)
            assert sample is not None
            found = {name: one.hints for name, one in sample.advice.items() if one.hints}
            assert found == {}, f"{key}, {step.id}"


def test_a_missing_first_name_leaves_no_gap() -> None:  # T-19
    for key in KEYS:
        text = str(template(key).definition)
        for tag in re.findall(r"\{\{ contact\.(?:first_name|full_name)[^}]*\}\}", text):
            assert "| default:" in tag, key


def test_texts_are_short_plain_and_can_be_stopped() -> None:  # T-19
    for key in KEYS:
        for sms in configs(key, "send_sms"):
            text = sms["text"]
            assert len(text) <= 300, key
            assert len(render_text(text, sample_context())) <= 300, key
            assert WHAT_AN_SMS_CAN_SAY.fullmatch(render_text(text, sample_context())), key
            assert "STOP" in text, key
            assert "account.name" in text, key


def step(key: str, step_id: str) -> Step:
    found = template(key).parsed.step(step_id)
    assert found is not None
    return found


def test_only_the_link_that_says_so_counts_as_staying() -> None:  # T-19
    """Whoever unsubscribes, or clicks to, is not kept; a click in the last email counts as well."""
    asked = [
        config for config in configs("quiet-subscribers", "send_email") if "keep me" in config["body"].lower()
    ]
    assert len(asked) == 2
    for config in asked:
        assert config["body"].count("](") == 1
        assert "unsubscribe_link" not in config["body"]
    assert not list(configs("quiet-subscribers", "wait_for_event"))
    stays, _ = step("quiet-subscribers", "answer").paths
    assert stays.steps[0].type == "remove_tag"
    late = step("quiet-subscribers", "last-answer").paths[0]
    assert {"field": "event.link_clicked", "op": "equals", "value": "goodbye"} in late.criteria["all"]
    assert late.steps[0].config == {"tag": "inactive"}


def test_nobody_is_accused_of_what_a_click_cannot_show() -> None:  # T-19
    """No click in an email does not mean that somebody has not signed in, opened or bought."""
    for key in KEYS:
        texts = " ".join(
            f"{one['subject']} {one.get('preheader', '')} {one['body']}" for one in configs(key, "send_email")
        )
        for words in (
            "haven't come back",
            "haven't signed in",
            "haven't opened it",
            "You didn't open",
            "you never",
        ):
            assert words not in texts, key


def test_a_review_is_asked_for_soon_after_the_visit() -> None:  # T-19
    """Not at a time of day, which for an evening appointment is a day late."""
    first, *_ = template("salon-review-after-visit").definition["steps"]
    assert (first["type"], first["config"]) == ("wait", {"amount": 1, "unit": "hours"})
    assert "today" not in step("salon-review-after-visit", "ask-by-text").config["text"]


BRITISH = re.compile(
    r"enquir|favourit|colour|cancelled\b|\bRing \b|\bany more\b|have a look|look(ed)? round|you round\b"
    r"|working day|straight away|\bneedn't\b|estate agents? |\bat the checkout|half an hour|put it right"
    r"|suits you|\bhairdresser|\bsofa\b|\bparcel\b|\bkick-off|\bcheck-up\b|\btaps\b|%-d %B",
    re.IGNORECASE,
)


@pytest.mark.parametrize("key", KEYS)
def test_templates_are_written_in_american_english(key: str) -> None:
    texts = (one.replace("real estate agent", "") for one in texts_of(key))
    assert [found[0] for one in texts for found in BRITISH.finditer(one)] == []
