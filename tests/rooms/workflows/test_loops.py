"""Workflows that add contacts to each other in a loop are refused (E-20)."""

from typing import Any

import pytest
from flask import Flask

from app.platform.errors import Invalid
from app.workflows import application as workflows
from app.workflows.application import WorkflowChanges
from tests.people import Person
from tests.rooms.workflows.drafts import active, draft, found
from tests.unit.workflows.documents import branch, definition, off, path, rule, step

AGAIN = "Contacts would go around in a loop: "


def adding(*public_ids: str) -> dict[str, Any]:
    """A workflow that adds contacts to others."""
    entering = [step(f"in-{at}", "enroll_in_workflow", workflow=one) for at, one in enumerate(public_ids)]
    return definition(step("mark", "add_tag", tag="Marked"), *entering)


def define(app: Flask, bob: Person, public_id: str, document: dict[str, Any]) -> None:
    with app.app_context():
        workflows.update_workflow(bob.actor, public_id, WorkflowChanges(definition=document))


def refusal(app: Flask, bob: Person, public_id: str, document: dict[str, Any]) -> str:
    with pytest.raises(Invalid) as refused:
        define(app, bob, public_id, document)
    [problem] = refused.value.facts["problems"]
    assert problem["field"] == "workflow" and refused.value.code == "VALIDATION_ERROR"
    return str(problem["message"])


def test_a_workflow_that_adds_people_to_itself_is_not_saved(app: Flask, bob: Person) -> None:
    own = draft(app, bob.actor, "Own")
    before = found(app, bob.actor, own).definition
    assert refusal(app, bob, own, adding(own)) == AGAIN + "“Own” adds them to itself."
    assert found(app, bob.actor, own).definition == before


def test_two_workflows_that_add_people_to_each_other(app: Flask, bob: Person) -> None:
    first = active(app, bob.actor, "First", definition=adding())
    second = active(app, bob.actor, "Second", definition=adding(first))
    message = "“First” adds them to “Second”, which adds them to “First” again."
    assert refusal(app, bob, first, adding(second)) == AGAIN + message


def test_a_loop_through_several_workflows_names_all_of_them(app: Flask, bob: Person) -> None:
    aside = active(app, bob.actor, "Aside", definition=adding())
    first = active(app, bob.actor, "First", definition=adding(aside))
    third = active(app, bob.actor, "Third", definition=adding(aside, first))
    second = active(app, bob.actor, "Second", definition=adding(third, aside))
    assert refusal(app, bob, first, adding(aside, second)) == (
        AGAIN + "“First” adds them to “Second”, which adds them to “Third”, which adds them to “First” again."
    )
    define(app, bob, first, adding(aside))  # two ways to the same workflow are no loop


def test_the_second_of_two_drafts_cannot_be_activated(app: Flask, bob: Person) -> None:
    first, second = draft(app, bob.actor, "First"), draft(app, bob.actor, "Second")
    define(app, bob, first, adding(second))
    define(app, bob, second, adding(first))
    with app.app_context():
        workflows.activate(bob.actor, first, workflows.Ask.NEVER)
    answer = bob.post(f"/workflows/{second}/activation", {"confirmed": "1"})
    assert answer.status_code == 422
    assert "“Second” adds them to “First”, which adds them to “Second” again." in answer.text
    assert found(app, bob.actor, second).status == "draft"


def test_a_step_inside_of_a_path_counts_and_one_that_is_switched_off_does_not(
    app: Flask, bob: Person
) -> None:
    first = active(app, bob.actor, "First", definition=adding())
    entering = step("in", "enroll_in_workflow", workflow=first)
    mark = step("mark", "add_tag", tag="Marked")
    nested = branch("fork", path("x", "X", {"all": [rule("contact.city", "equals", "Bristol")]}, entering))
    switched_off = active(app, bob.actor, "Off", definition=definition(mark, off(entering)))
    inside = active(app, bob.actor, "Inside", definition=definition(mark, nested))
    assert "“Inside”" in refusal(app, bob, first, adding(inside))
    define(app, bob, first, adding(switched_off))


def test_an_archived_workflow_is_part_of_no_loop(app: Flask, bob: Person) -> None:
    first = active(app, bob.actor, "First", definition=adding())
    second = active(app, bob.actor, "Second", definition=adding(first))
    with app.app_context():
        workflows.pause(bob.actor, second)
    assert "“Second”" in refusal(app, bob, first, adding(second)), "it may be activated again"
    with app.app_context():
        workflows.archive(bob.actor, second)
    define(app, bob, first, adding(second))


def on_tag(tag: str, *steps: dict[str, Any]) -> dict[str, Any]:
    trigger = {"type": "tag_added", "enabled": True, "config": {"tag": tag}}
    return definition(*steps, trigger=trigger)


def tag_refusal(app: Flask, bob: Person, public_id: str, document: dict[str, Any]) -> str:
    with pytest.raises(Invalid) as refused:
        define(app, bob, public_id, document)
    [problem] = refused.value.facts["problems"]
    return f"{problem['field']}: {problem['message']}"


def test_a_workflow_that_adds_the_tag_that_starts_it(app: Flask, bob: Person) -> None:
    own = draft(app, bob.actor, "Own")
    document = on_tag("New Lead", step("mark", "add_tag", tag="new lead"))
    words = "this step fires the trigger of “Own”, the same workflow."
    assert tag_refusal(app, bob, own, document) == f"tag: {AGAIN}{words}"
    define(app, bob, own, on_tag("New Lead", step("mark", "remove_tag", tag="new lead")))
    define(app, bob, own, on_tag("New Lead", off(step("mark", "add_tag", tag="new lead"))))


def test_workflows_that_start_each_other_by_tags(app: Flask, bob: Person) -> None:
    second = active(app, bob.actor, "Second", definition=on_tag("B", step("back", "add_tag", tag="A")))
    first = draft(app, bob.actor, "First")
    words = "“First” adds them to “Second”, which adds them to “First” again."
    assert tag_refusal(app, bob, first, on_tag("A", step("go", "add_tag", tag="b"))) == f"tag: {AGAIN}{words}"
    entering = step("in", "enroll_in_workflow", workflow=second)
    assert tag_refusal(app, bob, first, on_tag("A", entering)) == f"workflow: {AGAIN}{words}"
    define(app, bob, first, on_tag("C", step("go", "add_tag", tag="b")))


@pytest.mark.parametrize(
    ("to", "value", "is_loop"),
    [
        ("Customer", "customer", True),
        ("Customer", "Guest", False),
        ("Customer", "{{ contact.city }}", True),
        ("Customer", "", False),
        ("", "Guest", True),
        ("", "", True),
    ],
)
def test_a_workflow_that_changes_the_field_that_starts_it(
    app: Flask, bob: Person, to: str, value: str, is_loop: bool
) -> None:
    own = draft(app, bob.actor, "Own")
    config = {"field": "contact.company", **({"to": to} if to else {})}
    trigger = {"type": "field_changed", "enabled": True, "config": config}
    document = definition(step("set", "update_field", field="contact.company", value=value), trigger=trigger)
    if is_loop:
        assert "fires the trigger" in tag_refusal(app, bob, own, document)
    else:
        define(app, bob, own, document)
