"""Steps are added, moved, copied and deleted in any order, and the definition stays sound (W-01)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.workflows.domain import STEPS, Definition, Step, editing, parse, problems
from app.workflows.domain.definition.document import MAX_STEPS
from app.workflows.domain.definition.references import references
from app.workflows.domain.editing import START, EditRefused, after, first_in, places_for
from tests.unit.workflows.documents import (
    branch,
    definition,
    email,
    one_of_everything,
    parsed,
    path,
    rule,
    split,
    step,
    wait,
)
from tests.unit.workflows.test_copying import ids_in

CLICKED = {"all": [rule("event.link_clicked", "equals", "hello")]}


def forked() -> Definition:
    """An email, a branch with an email and a tag in its first path, and a wait."""
    ways = branch("ways", path("yes", "Clicked", CLICKED, email("more"), step("tag", "add_tag", tag="hot")))
    return parsed(email("hello"), ways, wait("pause"))


def outline(document: dict[str, Any]) -> list[Any]:
    """The ids of all steps: of a fork, a list with those of its paths."""

    def listed(steps: tuple[Step, ...]) -> list[Any]:
        return [
            [one.id, *(listed(each.steps) for each in one.paths)] if one.paths else one.id for one in steps
        ]

    return listed(parse(document).steps)


def named(found: Definition, step_id: str) -> Step:
    step = found.step(step_id)
    assert step is not None
    return step


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (START, ["new", "hello", ["ways", ["more", "tag"], []], "pause"]),
        (after("hello"), ["hello", "new", ["ways", ["more", "tag"], []], "pause"]),
        (after("pause"), ["hello", ["ways", ["more", "tag"], []], "pause", "new"]),
        (first_in("ways", "yes"), ["hello", ["ways", ["new", "more", "tag"], []], "pause"]),
        (after("tag"), ["hello", ["ways", ["more", "tag", "new"], []], "pause"]),
        (first_in("ways", "default"), ["hello", ["ways", ["more", "tag"], ["new"]], "pause"]),
    ],
)
def test_a_step_is_added_at_any_place(place: str, expected: list[Any]) -> None:  # W-01
    kind = STEPS.get("wait")
    assert kind
    document, made = editing.add_step(forked(), kind, place, "7")
    assert outline(document) == _renamed(expected, made)
    assert named(parse(document), made).config == {"amount": 1, "unit": "days"}


def _renamed(one: Any, made: str) -> Any:
    return (
        [_renamed(inner, made) for inner in one] if isinstance(one, list) else made if one == "new" else one
    )


def test_new_steps_of_every_type_need_no_more_than_is_reported() -> None:  # W-01
    for kind in STEPS:
        document, made = editing.add_step(parsed(email("hello")), kind, after("hello"))
        found = parse(document)
        assert not any(part.faults for part in found.parts), kind.type
        about = [problem for problem in problems(found) if problem.step_id == made]
        fields = {setting.name for setting in kind.settings if setting.required}
        assert {problem.field.partition(".")[0] for problem in about} <= fields | {"arms"}, kind.type
        assert kind.about and len(kind.about) <= 60


def test_ids_are_not_used_again_after_a_deletion() -> None:
    kind = STEPS.get("wait")
    assert kind
    first = editing.add_step(parsed(email("hello")), kind, START, "1")
    without = editing.delete_step(parse(first.document), named(parse(first.document), first.step_id))
    assert editing.add_step(parse(without), kind, START, "3").step_id != first.step_id


def test_a_step_moves_up_and_down_through_a_path() -> None:  # W-01
    found = parse(editing.move_step(forked(), named(forked(), "pause"), after("tag")))
    seen = [outline(found.document)]
    for _ in range(4):
        found = parse(editing.move_step_by_one(found, named(found, "pause"), up=True))
        seen.append(outline(found.document))
    assert seen == [
        ["hello", ["ways", ["more", "tag", "pause"], []]],
        ["hello", ["ways", ["more", "pause", "tag"], []]],
        ["hello", ["ways", ["pause", "more", "tag"], []]],
        ["hello", "pause", ["ways", ["more", "tag"], []]],
        ["pause", "hello", ["ways", ["more", "tag"], []]],
    ]
    with pytest.raises(EditRefused, match="already the first step"):
        editing.move_step_by_one(found, named(found, "pause"), up=True)
    for _ in range(2):
        found = parse(editing.move_step_by_one(found, named(found, "pause"), up=False))
    assert outline(found.document)[-1] == "pause"
    found = parse(editing.move_step_by_one(found, named(found, "tag"), up=False))
    assert outline(found.document) == ["hello", ["ways", ["more"], []], "tag", "pause"]


def test_every_place_that_is_offered_works_and_changes_something() -> None:  # W-01
    original = parse(one_of_everything())
    for moved in original.all_steps:
        for option in places_for(original, moved):
            document = editing.move_step(original, moved, option.place)
            assert document != original.document
            assert sorted(ids_in(document)) == sorted(ids_in(original.document))


def test_a_step_stays_out_of_its_own_paths_and_of_deep_ones() -> None:
    with pytest.raises(EditRefused, match="own paths"):
        editing.move_step(forked(), named(forked(), "ways"), after("more"))
    for place in ("after.nothing", "in.ways.7", "in.hello.0", "ways", ""):
        with pytest.raises(EditRefused, match="doesn’t exist"):
            editing.move_step(forked(), named(forked(), "hello"), place)
    kind, found, place = STEPS.get("branch"), parsed(), START
    assert kind
    for _ in range(7):
        document, made = editing.add_step(found, kind, place)
        found, place = parse(document), first_in(made, named(parse(document), made).paths[0].ref)
    with pytest.raises(EditRefused, match="6 branches deep"):
        editing.add_step(found, kind, place)


def test_a_copy_has_new_ids_and_refers_to_its_own_messages() -> None:  # W-01
    inner = branch("again", path("p", "P", {"all": [rule("event.replied", "equals", "more")]}))
    ways = branch("ways", path("yes", "Clicked", CLICKED, email("more"), inner))
    original = parsed(email("hello"), ways)
    document, made = editing.copy_step(original, named(original, "ways"))
    assert parse(document).steps[2].id == made and document["steps"][:2] == original.document["steps"]
    assert len(ids_in(document)) == len(set(ids_in(document)))
    targets = [one.target for one in references(parse(document))]
    copied = parse(document).steps[2].paths[0].steps[0].id
    assert targets == ["hello", "more", "hello", copied]
    assert problems(parse(document)) == []


def test_a_branch_is_deleted_with_everything_or_leaves_one_path() -> None:  # W-01
    found = forked()
    ways = named(found, "ways")
    assert outline(editing.delete_step(found, ways)) == ["hello", "pause"]
    assert outline(editing.delete_step(found, ways, "yes")) == ["hello", "more", "tag", "pause"]
    assert outline(editing.delete_step(found, ways, "default")) == ["hello", "pause"]
    with pytest.raises(EditRefused):
        editing.delete_step(found, ways, "5")


def test_what_refers_to_a_step_is_known_before_it_is_deleted() -> None:  # W-01
    later = branch("later", path("p", "P", {"all": [rule("event.replied", "equals", "more")]}))
    found = parsed(*forked().document["steps"], later)
    assert [user.name for user in editing.users_of(found, named(found, "hello"))] == ["Step 2, Branch"]
    assert [user.id for user in editing.users_of(found, named(found, "ways"))] == ["later"]
    assert editing.users_of(found, named(found, "ways"), "yes") == ()
    left = parse(editing.delete_step(found, named(found, "hello")))
    assert [problem.step_id for problem in problems(left)] == ["ways"]


def test_a_workflow_has_an_end() -> None:
    full = parsed(*(wait(f"w{number}") for number in range(MAX_STEPS)))
    kind = STEPS.get("wait")
    assert kind
    with pytest.raises(EditRefused, match="up to 100 steps"):
        editing.add_step(full, kind, START)
    with pytest.raises(EditRefused):
        editing.copy_step(full, named(full, "w1"))


@pytest.mark.parametrize(
    "document", [{}, {"steps": 5}, {"steps": ["x", None]}], ids=["none", "number", "odd"]
)
def test_a_broken_draft_takes_steps_too(document: dict[str, Any]) -> None:
    kind = STEPS.get("send_email")
    assert kind
    made = editing.add_step(parse(document), kind, START)
    assert parse(made.document).step(made.step_id)


STARTS = [
    forked().document,
    one_of_everything(),
    definition(),
    definition(email("hello"), split("test", 50, 50)),
]
OPERATION = st.tuples(st.sampled_from("amcduD"), st.integers(0, 40), st.integers(0, 60))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(STARTS), st.lists(OPERATION, max_size=12))
def test_any_sequence_leaves_a_sound_definition(
    start: dict[str, Any], operations: list[tuple[str, int, int]]
) -> None:  # W-01
    found = parse(start)
    kinds = list(STEPS)
    for count, (act, one, other) in enumerate(operations):
        before = [*ids_in(found.document)]
        try:
            found = parse(_after(found, kinds, act, one, other, str(count)))
        except EditRefused as refusal:
            assert str(refusal)
            assert ids_in(found.document) == before, "a refusal changes nothing"
        _is_sound(found)


def _after(found: Definition, kinds: list[Any], act: str, one: int, other: int, salt: str) -> dict[str, Any]:
    steps = found.all_steps
    if act == "a" or not steps:
        places = [START, *(after(step.id) for step in steps)]
        places += [first_in(step.id, path.ref) for step in steps for path in step.paths]
        return editing.add_step(found, kinds[one % len(kinds)], places[other % len(places)], salt).document
    step = steps[one % len(steps)]
    if act == "m":
        places = [option.place for option in places_for(found, step)] or [START]
        return editing.move_step(found, step, places[other % len(places)])
    if act == "c":
        return editing.copy_step(found, step, salt).document
    if act == "d":
        keys = ["", *(path.ref for path in step.paths)]
        return editing.delete_step(found, step, keys[other % len(keys)])
    return editing.move_step_by_one(found, step, up=act == "u")


def _is_sound(found: Definition) -> None:
    ids = ids_in(found.document)
    assert len(ids) == len(set(ids))
    assert not found.faults and not any(part.faults for part in found.parts)
    known = {step.id: step for step in found.all_steps}
    reported = {problem.step_id for problem in problems(found)}
    for one in references(found):
        if one.kind == "message" and one.counts:
            assert one.target in known or one.user.id in reported
