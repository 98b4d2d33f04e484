"""References lead to a message that was sent before (T-11)."""

from typing import Any

from app.workflows.domain import parse, problems
from tests.unit.workflows.documents import (
    IN_GERMANY,
    branch,
    definition,
    email,
    goal,
    goals,
    path,
    rule,
    sms,
    step,
    wait,
)


def found(document: Any) -> list[str]:
    return [str(problem) for problem in problems(parse(document))]


def waits_for(target: str, event: str = "link_clicked") -> dict[str, Any]:
    return step("w", "wait_for_event", event=event, step=target, timeout={"amount": 1, "unit": "days"})


def test_references_lead_to_messages_that_were_sent_before() -> None:  # T-11
    assert found(definition(email("a"), waits_for("b"))) == [
        "Step 2, Wait for: It refers to the message “b”, which doesn’t exist."
    ]
    assert found(definition(waits_for("a"), email("a"))) == [
        "Step 1, Wait for: It refers to Step 2, Send email, which isn’t sent before this step."
    ]
    assert found(definition(email("a"), wait("p"), waits_for("p"))) == [
        "Step 3, Wait for: It refers to Step 2, Wait, which is a different kind of step."
    ]
    assert found(definition(sms("a"), waits_for("a", "email_opened"))) == [
        "Step 2, Wait for: It refers to Step 1, Send SMS, which is a different kind of step."
    ]
    assert found(definition(sms("a"), waits_for("a", "replied"))) == []


def test_a_message_on_another_way_was_not_sent_before() -> None:  # T-11
    apart = branch("fork", path("a", "A", IN_GERMANY, email("x")), otherwise=[waits_for("x")])
    assert found(definition(apart)) == [
        "Step 3, Wait for: It refers to Step 2, Send email, which isn’t sent before this step."
    ]
    after = branch("fork", path("a", "A", IN_GERMANY, email("x")))
    assert found(definition(after, waits_for("x"))) == []


def test_conditions_and_goals_refer_to_messages_that_exist() -> None:  # T-11
    clicked = {"all": [{"any": [rule("event.link_clicked", "in_list", ["a", "nowhere"])]}]}
    document = definition(
        email("a"),
        branch("fork", path("x", "X", clicked)),
        goals=goals(goal("g", "link_clicked", step="gone")),
    )
    assert [(problem.step_id, problem.field) for problem in problems(parse(document))] == [
        ("fork", "arms.1.criteria"),
        ("g", "step"),
    ]


def test_filters_of_a_trigger_cannot_ask_about_messages() -> None:  # T-11
    filters = {"all": [rule("event.link_clicked", "equals", "a")]}
    document = definition(email("a"), trigger={"type": "manual", "config": {}, "filters": filters})
    assert found(document) == [
        "Trigger, Added manually: It refers to Step 1, Send email, which is sent only after people enter the "
        "workflow."
    ]
