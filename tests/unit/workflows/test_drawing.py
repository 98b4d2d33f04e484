"""The drawing has every step with its words, ways and problems, in drafts too (T-07, W-01)."""

from app.workflows.domain import draw, parse, problems
from app.workflows.domain.drawing.drawing import Node
from tests.unit.workflows.documents import (
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
    split,
    step,
    wait,
)


def numbers(nodes: tuple[Node, ...]) -> list[int]:
    return [
        one
        for node in nodes
        for one in [node.number, *(n for path in node.paths for n in numbers(path.nodes))]
        if one
    ]


def test_every_step_is_drawn_once_and_in_order() -> None:  # T-07
    for document in (one_of_everything(), as_large_as_allowed()):
        definition = parse(document)
        assert numbers(draw(definition).nodes) == [step.number for step in definition.all_steps]


def test_the_trigger_comes_first_and_the_goals_last() -> None:  # T-07
    document = definition(
        email("a"),
        wait("w"),
        goals=goals(goal("g", "appointment_booked"), goal("h", "purchase_made"), match="all"),
    )
    nodes = draw(parse(document)).nodes
    assert [node.kind for node in nodes] == ["trigger", "step", "timing", "goal", "goal"]
    assert [node.title for node in nodes] == [
        "When you add people",
        "Send email",
        "Wait 2 days",
        "Books an appointment",
        "Makes a purchase",
    ]
    assert nodes[3].detail == "Together with the other goals"


def test_ways_stand_side_by_side_with_their_rules() -> None:  # T-07
    fork = branch("f", path("a", "Germans", IN_GERMANY, email("x"), step("s", "stop")), otherwise=[wait("w")])
    node = draw(parsed(fork, split("p", 30, 70))).nodes[1]
    assert node.kind == "fork"
    assert [(path.name, path.rule, path.ends, path.is_default, len(path.nodes)) for path in node.paths] == [
        ("Germans", "Country is Germany", True, False, 2),
        ("Everyone else", "", False, True, 1),
    ]
    assert [(path.rule, path.percent) for path in draw(parsed(split("p", 30, 70))).nodes[1].paths] == [
        ("30%", 30),
        ("70%", 70),
    ]


def test_a_message_can_be_looked_at_with_the_tags_it_uses() -> None:  # T-07
    node = draw(parsed(email("a", "Hi {{ contact.first_name }}", "Text {{ account.name }}"))).nodes[1]
    assert node.is_message
    assert node.merge_tags == ("contact.first_name", "account.name")
    assert [(row.label, row.value) for row in node.rows] == [
        ("Subject", "Hi {{ contact.first_name }}"),
        ("Text", "Text {{ account.name }}"),
        ("If it can’t be sent", "End the workflow for this contact"),
    ]


def test_settings_are_shown_in_words_with_their_defaults() -> None:  # T-07
    document = definition(
        email("a", "Hello"),
        step("n", "notify_team", message="Look"),
        step("w", "wait_for_event", event="link_clicked", step="a", timeout={"amount": 2, "unit": "weeks"}),
        step("u", "wait_until", kind="weekday", weekday="friday"),
        step("o", "enroll_in_workflow", workflow="w-1"),
    )
    rows = [
        [(row.label, row.value) for row in node.rows]
        for node in draw(parse(document), workflows={"w-1": "Spring"}).nodes[2:]
    ]
    assert rows == [
        [("Message", "Look"), ("Recipients", "the owner")],
        [("Event", "Link clicked"), ("Message", "Hello"), ("Wait no longer than", "2 weeks")],
        [("Until", "A day of the week"), ("Weekday", "Friday"), ("Time zone", "your time zone")],
        [("Workflow", "Spring")],
    ]


def test_problems_stand_beside_the_part_they_are_about() -> None:  # W-01
    document = definition(
        branch("f", path("a", "A", IN_GERMANY, email("mail", subject=""))),
        trigger={"type": "tag_added", "config": {}},
        goals=goals(goal("g", "tag_added")),
    )
    document["format"] = 3
    drawing = draw(parse(document), problems=problems(parse(document)))
    trigger, fork, flag = drawing.nodes
    assert trigger.problems == ("Tag is missing.",)
    assert fork.problems == ()
    assert fork.paths[0].nodes[0].problems == ("Subject is missing.",)
    assert flag.problems == ("Tag is missing.",)
    assert drawing.problems == ("The format must be 1.",)


def test_what_is_switched_off_is_marked() -> None:  # W-01
    trigger, first, second = draw(parsed(off(email("a")), email("b"), trigger=off({"type": "manual"}))).nodes
    assert (trigger.enabled, first.enabled, second.enabled) == (False, False, True)


def test_an_empty_draft_is_drawn() -> None:  # W-01
    (node,) = draw(parse({})).nodes
    assert (node.kind, node.title) == ("trigger", "No trigger yet")
