"""A type is one declaration: made-up types are checked, drawn, described and copied like all others."""

import pytest

from app.gallery.domain.search import Entry, TemplateSearch
from app.workflows.domain import (
    beginning_words,
    copy_definition,
    draw,
    goals_words,
    live_channels,
    miniature,
    needs,
    parse,
    problems,
    trigger_words,
)
from app.workflows.domain.checks.readiness import gaps
from app.workflows.domain.drawing.sample_message import sample_message
from tests.unit.workflows.documents import definition, email, goal, goals, sms, step
from tests.unit.workflows.made_up import made_up_types

MOON = {"type": "full_moon", "enabled": True, "config": {}}


@pytest.fixture(autouse=True)
def declared():
    with made_up_types():
        yield


def pigeon(step_id="bird", words="Nora", paper="letter", **more):
    return step(step_id, "send_pigeon", words=words, paper=paper, **more)


def lots(*shares):
    paths = [
        {"id": f"lot-{n}", "name": f"Lot {n}", "percent": share, "steps": [email(f"mail-{n}")]}
        for n, share in enumerate(shares, 1)
    ]
    return step("lots", "draw_lots", arms=paths)


def found(*steps, **parts):
    return [str(problem) for problem in problems(parse(definition(*steps, **parts)))]


def test_they_are_checked():
    home = goals(goal("g", "bird_is_home", after="bird"))
    assert found(pigeon(), lots(50, 50), trigger=MOON, goals=home) == []
    assert found(step("bird", "send_pigeon")) == [
        "Step 1, Send pigeon: Words is missing.",
        "Step 1, Send pigeon: Paper is missing.",
    ]
    assert found(pigeon(words="x" * 21, paper="postcard")) == [
        "Step 1, Send pigeon: Words: a postcard holds 20 characters."
    ]
    assert found(pigeon(wings=2)) == ["Step 1, Send pigeon: “wings” isn’t a setting of Send pigeon."]
    assert found(pigeon(), lots(100))[0] == "Step 2, Draw lots: 1 lots."


def test_they_are_drawn_and_described():
    document = definition(
        email("first", "Welcome"), pigeon(after="first"), lots(30, 70), trigger=MOON, goals=goals()
    )
    trigger, _, bird, lottery = draw(parse(document)).nodes
    assert (trigger.title, trigger.name, trigger.look.icon) == (
        "When the moon is full",
        "Trigger, Full moon",
        "star",
    )
    assert (bird.kind, bird.title, bird.detail) == ("step", "Send a pigeon to Nora", "After Welcome")
    assert (bird.look.tone, bird.is_message, bird.is_editable) == ("violet", True, True)
    assert [(row.label, row.value) for row in bird.rows] == [
        ("Words", "Nora"),
        ("Paper", "A letter"),
        ("After", "Welcome"),
    ]
    assert (lottery.kind, [path.rule for path in lottery.paths]) == ("fork", ["30%", "70%"])
    assert lottery.paths[1].nodes[0].number == 5
    read = parse(document)
    assert trigger_words(read).title == "When the moon is full"
    assert beginning_words(read, is_held=False) == "People start at step 1 now, not at full moon."
    assert [node["kind"] for node in miniature(read)["nodes"]] == ["step", "step", "fork"]


def test_goals_are_described():
    home = goals(goal("g", "bird_is_home", after="bird"))
    assert goals_words(parse(definition(pigeon(), goals=home))) == (
        "Ends when the contact comes home after Nora"
    )


def test_their_needs_come_from_the_declaration_and_the_settings():
    assert needs(parse(definition(pigeon()))) == set()
    home = goals(goal("g", "bird_is_home", after="bird"))
    read = parse(definition(pigeon(paper="postcard"), trigger=MOON, goals=home))
    assert needs(read) == {"reviews", "calendar", "payments"}
    assert live_channels(read) == ("pigeons",)


def test_the_event_of_a_trigger_fills_what_it_brings():
    document = definition(pigeon(words="{{ event.location }}"), trigger=MOON)
    assert [gap.tag for gap in gaps(parse(document), connected={"calendar"})] == []
    without = definition(pigeon(words="{{ event.amount }}"), trigger=MOON)
    assert [gap.tag for gap in gaps(parse(without), connected={"calendar"})] == ["event.amount"]


def test_a_message_is_rendered_as_its_type_says():
    read = parse(definition(pigeon(words="Fly to {{ contact.first_name }}")))
    sample = sample_message(read, read.steps[0])
    assert sample is not None
    assert (sample.shown.text, [tag.label for tag in sample.tags]) == ("Fly to Nora", ["First name"])


def test_the_gallery_finds_them_by_every_name():
    kinds = frozenset({"send_pigeon", "full_moon", "bird_is_home"})
    entries = [Entry("One", "", "custom", (), frozenset()), Entry("Two", "", "custom", (), kinds)]
    search = TemplateSearch(entries)
    for query in ("pigeon", "airmail", "lunar", "bird is home"):
        assert search.find(query) == [1], query


@pytest.mark.parametrize(
    "user",
    [
        lambda target: {"steps": [email("a"), pigeon(after=target)]},
        lambda target: {"steps": [email("a")], "goals": goals(goal("g", "bird_is_home", after=target))},
    ],
)
def test_a_new_kind_of_reference_is_checked_and_copied(user):
    """The check and the copy read the same references, whoever declared them."""
    given = user("nowhere")
    wrong = found(*given.pop("steps"), **given)
    assert len(wrong) == 1 and "refers to the message “nowhere”, which doesn’t exist" in wrong[0]
    given = user("a")
    document = definition(*given.pop("steps"), **given)
    assert problems(parse(document)) == []
    copied = copy_definition(parse(document))
    new_id = copied["steps"][0]["id"]
    part = copied["goals"]["items"][0] if "goals" in copied else copied["steps"][1]
    assert new_id != "a" and part["config"]["after"] == new_id


def test_a_trigger_cannot_refer_to_a_message_but_keeps_its_reference_in_a_copy():
    document = definition(email("a"), trigger={**MOON, "config": {"after": "a"}})
    assert "which is sent only after people enter" in found(email("a"), trigger=document["trigger"])[0]
    copied = copy_definition(parse(document))
    assert copied["trigger"]["config"]["after"] == copied["steps"][0]["id"]


def test_a_reference_needs_a_message_to_which_its_event_can_happen():
    assert found(sms("a"), pigeon(after="a")) == []
    assert found(pigeon("a"), pigeon("b", after="a")) == []
    clicked = step(
        "w", "wait_for_event", event="link_clicked", step="a", timeout={"amount": 1, "unit": "days"}
    )
    assert "which is a different kind of step" in found(pigeon("a"), clicked)[0]
