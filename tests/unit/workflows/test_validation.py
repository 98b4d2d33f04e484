"""What the validator finds, and that it names the step and the field (T-11, W-02)."""

import copy
from typing import Any

import pytest

from app.workflows.domain import TRIGGER_ID, parse, problems
from tests.unit.workflows.documents import (
    EVERY_GOAL,
    EVERY_TRIGGER,
    IN_GERMANY,
    as_large_as_allowed,
    branch,
    definition,
    email,
    goal,
    goals,
    off,
    one_of_everything,
    parsed,
    path,
    rule,
    sms,
    step,
    wait,
)


def found(document: Any, **known: Any) -> list[str]:
    return [str(problem) for problem in problems(parse(document), **known)]


def test_a_definition_with_one_of_everything_is_sound() -> None:  # T-11
    assert found(one_of_everything()) == []


def test_a_definition_of_a_hundred_steps_is_sound() -> None:  # T-11
    assert found(as_large_as_allowed()) == []


@pytest.mark.parametrize("trigger", EVERY_TRIGGER, ids=lambda trigger: trigger["type"])
def test_every_trigger_is_sound(trigger: dict[str, Any]) -> None:  # T-11
    assert found(definition(email(), trigger=trigger)) == []


@pytest.mark.parametrize("one", EVERY_GOAL, ids=lambda one: one["type"])
def test_every_goal_is_sound(one: dict[str, Any]) -> None:  # T-11
    assert found(definition(email("welcome"), goals=goals(one))) == []


def test_what_may_be_left_out_is_not_missed() -> None:  # T-11
    bare = {"format": 1, "trigger": {"type": "manual"}, "steps": [{**email(), "enabled": True}]}
    del bare["steps"][0]["enabled"]
    assert found(bare) == []
    assert found(definition(email(), goals={})) == []
    assert found(definition(email(), trigger={"type": "manual", "config": {}, "filters": {"all": []}})) == []


def test_the_problem_names_the_step_and_the_field() -> None:  # T-11
    (problem,) = problems(parsed(wait("w"), email("mail", subject=" ")))
    assert (problem.step_id, problem.field, problem.number) == ("mail", "subject", 2)
    assert str(problem) == "Step 2, Send email: Subject is missing."


def test_steps_are_numbered_through_all_ways() -> None:  # T-11
    document = definition(
        email("first"),
        branch(
            "fork", path("a", "A", IN_GERMANY, wait("w1"), step("t1", "add_tag")), otherwise=[sms("s", "")]
        ),
        step("t2", "remove_tag", tag=""),
    )
    assert [problem.step_name for problem in problems(parse(document))] == [
        "Step 4, Add tag",
        "Step 5, Send SMS",
        "Step 6, Remove tag",
    ]


@pytest.mark.parametrize(
    ("document", "part", "field", "sentence"),
    [
        (
            definition(email(), trigger={"type": "tag_added", "config": {}}),
            TRIGGER_ID,
            "tag",
            "Tag is missing.",
        ),
        (
            definition(email(), trigger={"type": "full_moon"}),
            TRIGGER_ID,
            "type",
            "“full_moon” isn’t a type of trigger.",
        ),
        (definition(email(), goals=goals(goal("g", "tag_added"))), "g", "tag", "Tag is missing."),
        (definition(wait("w")), "", "steps", "Add at least one action, such as an email."),
        (definition(off(email())), "", "steps", "Every action is switched off. Switch on at least one."),
        (definition(email(), step("x", "send_pigeon")), "x", "type", "“send_pigeon” isn’t a type of step."),
        (definition(email(), {"id": "x", "config": {}}), "x", "type", "Choose the type of step."),
        (definition(email("a"), email("a")), "a", "id", "The ID “a” of the step is already in use."),
        (
            definition(email("A B")),
            "A B",
            "id",
            "The ID of the step must be lowercase letters, digits, hyphens, and underscores.",
        ),
        (definition(email("trigger")), "trigger", "id", "“trigger” can’t be the ID of a step."),
        (definition(email(), wait("w", 0)), "w", "amount", "How long: enter a number from 1 to 527,040."),
        (definition(email(), wait("w", 60, "weeks")), "w", "amount", "How long: choose at most one year."),
        (
            definition(email(), wait("w", 2, "years")),
            "w",
            "unit",
            "Unit: “years” isn’t one of the choices: minutes, hours, days, weeks.",
        ),
        (definition(email(), wait("w", True)), "w", "amount", "How long: enter a whole number."),
        (definition(email(), step("w", "wait_until", kind="date")), "w", "date", "Date is missing."),
        (definition(email(), step("w", "wait_until", kind="weekday")), "w", "weekday", "Weekday is missing."),
        (
            definition(email(), step("w", "wait_until", kind="time_of_day", time=540)),
            "w",
            "time",
            "Time of day: enter a time from “00:00” to “23:59”, in quotes.",
        ),
        (
            definition(email(), step("w", "wait_until", kind="contact_field", field="contact.city")),
            "w",
            "field",
            "Contact date: City isn’t a date field.",
        ),
        (
            definition(
                email(),
                step("w", "wait_until", kind="contact_field", field="contact.birthday", days_before=366),
            ),
            "w",
            "days_before",
            "Days before: enter a number from 0 to 365.",
        ),
        (
            definition(email(), step("w", "wait_until", kind="date", date="2026-05-01", passed="never")),
            "w",
            "passed",
            "If the day has passed or is missing: “never” isn’t one of the choices: continue, end.",
        ),
        (
            definition(email(), step("w", "wait_for_event", event="replied")),
            "w",
            "timeout",
            "Wait no longer than is missing.",
        ),
        (
            definition(
                email(), step("w", "wait_for_event", event="tag_added", timeout={"amount": 1, "unit": "days"})
            ),
            "w",
            "tag",
            "Tag is missing.",
        ),
        (
            definition(step("h", "webhook", url="ftp://example.com")),
            "h",
            "url",
            "Address: enter a web address that starts with https://.",
        ),
        (
            definition(step("u", "update_field", field="contact.status", value="x")),
            "u",
            "field",
            "Field: Status can’t be changed by a workflow.",
        ),
        (
            definition(step("u", "update_field", field="contact.shoe", value="x")),
            "u",
            "field",
            "Field: the field “contact.shoe” doesn’t exist.",
        ),
        (
            definition(step("n", "notify_team", message="x", to="everyone")),
            "n",
            "to",
            "Recipients: “everyone” isn’t one of the choices: owner, admin, marketer, viewer.",
        ),
        (
            definition(step("t", "create_task", title="x", due_days=-1)),
            "t",
            "due_days",
            "Due in days: enter a number from 0 to 365.",
        ),
        (
            definition(step("t", "add_tag", tag="a,b")),
            "t",
            "tag",
            "Tag: tags can’t contain commas.",
        ),
        (
            definition(email(body="x" * 20_001)),
            "hello",
            "body",
            "Text: use at most 20,000 characters; this has 20,001.",
        ),
        (definition(email(subject="one\ntwo")), "hello", "subject", "Subject: must be a single line."),
        (
            definition({**email(), "config": {**email()["config"], "colour": "red"}}),
            "hello",
            "colour",
            "“colour” isn’t a setting of Send email.",
        ),
        (definition({**email(), "name": "x"}), "hello", "name", "“name” isn’t part of a step."),
        (definition({**email(), "enabled": "yes"}), "hello", "enabled", "“enabled” must be true or false."),
        ({**definition(email()), "format": 2}, "", "format", "The format must be 1."),
        ({**definition(email()), "colour": 1}, "", "colour", "“colour” isn’t part of a workflow."),
    ],
)
def test_one_mistake_gives_one_sentence(document: Any, part: str, field: str, sentence: str) -> None:  # T-11
    (problem,) = problems(parse(document))
    assert (problem.step_id, problem.field, problem.message) == (part, field, sentence)


def test_more_than_a_hundred_steps_are_too_many() -> None:  # T-11
    document = definition(
        *(email(f"e{number}") for number in range(50)), branch("b", path("a", "A", IN_GERMANY))
    )
    document["steps"][-1]["config"]["default"]["steps"] = [email(f"f{number}") for number in range(50)]
    assert found(document) == ["Workflow: There are 101 steps; the maximum is 100."]


def test_goals_are_three_at_most() -> None:  # T-11
    four = [goal(f"g{number}", "tag_added", tag="x") for number in range(4)]
    assert found(definition(email(), goals=goals(*four))) == ["Goals: There are 4 goals; the maximum is 3."]


def test_steps_after_a_stop_are_unreachable() -> None:  # T-11
    document = definition(email("a"), step("end", "stop"), email("b"), email("c"))
    (problem,) = problems(parse(document))
    assert (
        str(problem)
        == "Step 3, Send email: No contact ever reaches this step: Step 2, Stop ends every path before it."
    )


def test_steps_after_a_fork_that_stops_everywhere_are_unreachable() -> None:  # T-11
    ends = branch(
        "fork", path("a", "A", IN_GERMANY, email("x"), step("s1", "stop")), otherwise=[step("s2", "stop")]
    )
    goes_on = branch("fork", path("a", "A", IN_GERMANY, email("x"), step("s1", "stop")))
    assert [problem.step_id for problem in problems(parsed(ends, email("lost")))] == ["lost"]
    assert found(definition(goes_on, email("reached"))) == []
    assert found(definition(off(ends), email("reached"))) == []


def test_a_stop_that_is_switched_off_ends_nothing() -> None:  # T-11
    assert found(definition(off(step("end", "stop")), email("b"))) == []


def test_forks_are_nested_six_levels_at_most() -> None:  # T-11
    def nested(levels: int) -> dict[str, Any]:
        inner = email("deep")
        for level in range(levels):
            inner = branch(f"b{level}", path(f"a{level}", "A", IN_GERMANY, inner))
        return definition(inner)

    assert found(nested(6)) == []
    assert found(nested(7)) == ["Step 8, Send email: It’s 7 branches deep; the maximum is 6."]


def test_custom_fields_and_workflows_that_do_not_exist_are_named_when_they_are_known() -> None:  # T-11
    document = definition(
        email(body="{{ contact.custom.shoe }}"),
        step("u", "update_field", field="contact.custom.hat", value="x"),
        branch("b", path("a", "A", {"all": [rule("contact.custom.coat", "equals", "x")]})),
        step("w", "enroll_in_workflow", workflow="gone"),
    )
    assert found(document) == []
    assert found(document, custom_fields={"shoe", "hat", "coat"}, workflows={"gone"}) == []
    assert found(document, custom_fields=(), workflows=()) == [
        "Step 1, Send email: Text: The custom field “shoe” doesn’t exist, "
        "so {{ contact.custom.shoe }} would stay empty.",
        "Step 2, Update field: Field: the custom field “hat” doesn’t exist.",
        "Step 3, Branch: Path 1: the custom field “coat” doesn’t exist.",
        "Step 4, Add to another workflow: This workflow no longer exists.",
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "{{ contact.firstname }}",
            "The merge tag {{ contact.firstname }} doesn’t exist. Did you mean {{ contact.first_name }}?",
        ),
        ("{% if contact.age %}x{% endif %}", "The merge tag {{ contact.age }} doesn’t exist."),
        ("{{ contact.first_name | upper }}", "The filter “upper” doesn’t exist."),
        (
            "{{ contact.first_name | defalt: 'x' }}",
            "The filter “defalt” doesn’t exist. Did you mean “default”?",
        ),
        ("{% if contact.city %}x", "{% endif %} is missing."),
        ("{% include 'secret' %}", "{% include %} can’t be used here."),
        ("{{ contact.city", "“{{ contact.city” isn’t closed: }} is missing."),
        (
            "a\n{{ contact.city city }}",
            "A merge tag on line 2 has an error: expected end of tag, found word.",
        ),
        ("{{ contact }}", "The merge tag {{ contact }} doesn’t exist."),
        ("{{ contact[sender.name] }}", "The merge tag {{ contact.[…] }} doesn’t exist."),
    ],
)
def test_merge_tags_are_judged_without_rendering(text: str, sentence: str) -> None:  # T-11
    for broken in (
        email(body=text),
        sms("hello", text),
        step("hello", "webhook", url="https://example.com", fields={"a": text}),
    ):
        messages = [problem.message for problem in problems(parsed(broken))]
        assert any(message.startswith(("Text: ", "Fields: ")) and sentence in message for message in messages)


def test_names_made_inside_a_text_are_no_merge_tags() -> None:  # T-11
    loop = "{% for n in (1..3) %}{{ name }}{{ n }}{{ forloop.index }}{% endfor %}"
    text = "{% assign name = contact.first_name %}" + loop
    assert found(definition(email(body=text))) == []


def test_the_document_is_not_changed() -> None:  # T-11
    document = one_of_everything()
    before = copy.deepcopy(document)
    problems(parse(document))
    assert document == before
