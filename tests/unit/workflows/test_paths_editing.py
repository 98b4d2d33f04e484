"""Paths of branches and splits are added, named, weighted, moved and removed (W-01)."""

from typing import Any

import pytest

from app.workflows.domain import Definition, Step, editing, parse, problems
from app.workflows.domain.editing import EditRefused
from tests.unit.workflows.documents import IN_GERMANY, branch, email, parsed, path, rule, split, step

CLICKED = {"all": [rule("event.link_clicked", "equals", "hello")]}


def branched() -> tuple[Definition, Step]:
    ways = branch("ways", path("a", "A", CLICKED, email("more")), path("b", "B", IN_GERMANY))
    found = parsed(email("hello"), ways)
    return found, found.steps[1]


def names(document: dict[str, Any]) -> list[str]:
    return [path.name for path in parse(document).all_steps[-1 if len(document["steps"]) == 1 else 1].paths]


def test_a_path_is_added_in_front_of_the_default_one() -> None:  # W-01
    found, ways = branched()
    document = editing.add_path(found, ways, "1")
    assert names(document) == ["A", "B", "Path 3", "Everyone else"]
    added = parse(document).steps[1].paths[2]
    assert added.steps == () and added.id not in ("a", "b", "")
    assert [problem.message for problem in problems(parse(document))] == [
        "Path 3: Add at least one condition."
    ]


def test_shares_add_up_to_a_hundred_whatever_the_number() -> None:  # W-01
    found = parsed(email("hello"), split("test", 70, 30))
    for expected in ([34, 33, 33], [25, 25, 25, 25], [20, 20, 20, 20, 20]):
        found = parse(editing.add_path(found, found.steps[1], "1"))
        assert [path.share for path in found.steps[1].paths] == expected
    assert problems(found) == []
    with pytest.raises(EditRefused, match="up to 5 paths"):
        editing.add_path(found, found.steps[1])
    fewer = parse(editing.remove_path(found, found.steps[1], found.steps[1].paths[0].ref))
    assert [path.share for path in fewer.steps[1].paths] == [25, 25, 25, 25]


def test_paths_move_with_their_steps() -> None:  # W-01
    found, ways = branched()
    document = editing.move_path(found, ways, "b", up=True)
    assert names(document) == ["B", "A", "Everyone else"]
    assert parse(document).steps[1].paths[1].steps[0].id == "more"
    for key, up in (("a", True), ("b", False), ("default", True), ("7", True)):
        with pytest.raises(EditRefused):
            editing.move_path(found, ways, key, up=up)


def test_a_path_is_removed_with_its_steps_but_not_the_last_one() -> None:  # W-01
    found, ways = branched()
    left = parse(editing.remove_path(found, ways, "a"))
    assert names(left.document) == ["B", "Everyone else"] and left.step("more") is None
    for key in ("b", "default"):
        with pytest.raises(EditRefused, match="can’t be removed"):
            editing.remove_path(left, left.steps[1], key)


def test_paths_are_named_and_weighted() -> None:  # W-01
    found, ways = branched()
    document = editing.describe_paths(found, ways, {"a": "Yes", "default": "Rest", "9": "x"}, {"a": 50})
    assert names(document) == ["Yes", "B", "Rest"]
    assert "percent" not in document["steps"][1]["config"]["arms"][0]
    weighted = parsed(email("hello"), split("test", 50, 50))
    shares = dict(zip((path.ref for path in weighted.steps[1].paths), (80, 20), strict=True))
    document = editing.describe_paths(weighted, weighted.steps[1], {}, shares)
    assert [path.share for path in parse(document).steps[1].paths] == [80, 20]


def test_conditions_are_set_on_paths_that_have_some() -> None:  # W-01
    found, ways = branched()
    document = editing.set_criteria(found, ways, "b", CLICKED)
    assert parse(document).steps[1].paths[1].criteria == CLICKED
    assert found.steps[1].paths[1].criteria == IN_GERMANY, "the given definition stays"
    with pytest.raises(EditRefused, match="no conditions"):
        editing.set_criteria(found, ways, "default", CLICKED)
    with pytest.raises(EditRefused, match="no paths"):
        plain = parsed(step("tag", "add_tag", tag="x"))
        editing.add_path(plain, plain.steps[0])
