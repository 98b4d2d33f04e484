"""Any JSON at all is judged, walked, drawn and copied without an exception (T-11, T-20)."""

import math
import random
from collections.abc import Iterator
from typing import Any

import pytest

from app.workflows.domain import (
    beginning_words,
    copy_definition,
    draw,
    goals_words,
    miniature,
    needs,
    parse,
    problems,
    summary,
    switch_off,
)
from app.workflows.domain.checks.storable import unstorable
from app.workflows.domain.definition.custom_fields import custom_fields_in
from app.workflows.domain.definition.document import plain_copy
from app.workflows.domain.drawing.sample_message import sample_message
from tests.unit.workflows.documents import (
    IN_GERMANY,
    branch,
    definition,
    email,
    one_of_everything,
    parsed,
    path,
)

SCRAPS: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    10**400,
    1.5,
    "",
    " ",
    "x",
    "a" * 500,
    "é",
    "trigger",
    "event.link_clicked",
    "contact.tags",
    "{{",
    "{{ contact.city }}",
    "{% if %}",
    [],
    {},
    [[]],
    {"all": None},
    {"any": [[], {}, None]},
    {"field": []},
    {"amount": 10**30, "unit": "days"},
    {"amount": "1", "unit": []},
    [None, 3, {"id": []}],
    {"type": "branch"},
    {"type": "branch", "config": {"arms": [1, {"steps": 3}], "default": []}},
    {"type": "split", "config": []},
    {"field": "event.replied", "op": "in_list", "value": [[], {}]},
    {"field": "contact.country", "op": "between", "value": "DE"},
]


def use(document: Any) -> None:
    """Everything a page does with a definition."""
    read = parse(document)
    found = problems(read)
    assert draw(read, problems=found, missing=["sms", "calendar"]).nodes[0].kind == "trigger"
    summary(read)
    miniature(read)
    needs(read)
    goals_words(read)
    beginning_words(read, is_held=True)
    custom_fields_in(read)
    for step in read.messages:
        assert sample_message(read, step)
    if isinstance(document, dict) and not any("nested too deeply" in problem.message for problem in found):
        assert plain_copy(document) == document
        copy_definition(read)
        switch_off(read, ["sms", "webhook"])


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inner:
        yield from places(below, (*path, key))


def with_scrap(document: Any, path: tuple[Any, ...], scrap: Any) -> Any:
    if not path:
        return scrap
    changed = plain_copy(document)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = scrap
    return changed


def test_a_sound_document_with_one_thing_replaced_by_anything() -> None:  # T-11
    document = one_of_everything()
    dice = random.Random(4)
    for place in places(document):
        use(with_scrap(document, place, dice.choice(SCRAPS)))


@pytest.mark.parametrize("seed", range(40))
def test_documents_made_of_scraps(seed: int) -> None:  # T-11
    dice = random.Random(seed)

    def scrap(depth: int) -> Any:
        if depth > 5 or dice.random() < 0.25:
            return dice.choice(SCRAPS)
        if dice.random() < 0.3:
            return [scrap(depth + 1) for _ in range(dice.randrange(4))]
        keys = [
            "type",
            "id",
            "enabled",
            "config",
            "steps",
            "arms",
            "default",
            "criteria",
            "all",
            "any",
            "field",
            "op",
            "value",
            "goals",
            "items",
            "trigger",
        ]
        part = {key: scrap(depth + 1) for key in dice.sample(keys, dice.randrange(1, 7))}
        if dice.random() < 0.6:
            part["type"] = dice.choice(
                ["branch", "split", "wait", "wait_for_event", "send_email", "stop", "tag_added"]
            )
        return part

    for _ in range(25):
        use(scrap(0))
        use({"format": 1, "trigger": scrap(2), "steps": [scrap(2), scrap(1)], "goals": scrap(2)})


def test_a_document_nested_without_end() -> None:  # T-11
    inner: dict[str, Any] = email()
    for level in range(60):
        inner = branch(f"b{level}", path(f"a{level}", "A", IN_GERMANY, inner))
    use(definition(inner))
    assert "The document is nested too deeply for a workflow." in str(problems(parsed(inner))[0])

    criteria: dict[str, Any] = IN_GERMANY
    for _ in range(300):
        criteria = {"all": [criteria]}
    use(definition(email(), branch("b", path("a", "A", criteria))))

    endless: dict[str, Any] = {"format": 1}
    endless["steps"] = [endless]
    assert problems(parse(endless))


@pytest.mark.parametrize("value", ["a\x00b", "\ud800", math.nan, math.inf, {1: 2}, b"bytes", {"\x00": 1}])
def test_what_no_database_can_keep_is_refused(value: Any) -> None:  # T-11
    (problem,) = problems(parsed(email("a", subject=value)))
    assert problem.step_name == "Workflow"


def test_a_flood_of_problems_is_cut_off() -> None:  # T-11
    assert len(problems(parsed(*({} for _ in range(2000))))) == 300


def test_a_huge_document_is_refused_at_once() -> None:  # T-11
    assert (
        str(problems(parse({"steps": [[0] * 1000] * 200}))[0])
        == "Workflow: The document is too large for a workflow."
    )


@pytest.mark.parametrize(
    ("value", "problem"),
    [(10**2000, "too many digits"), (math.inf, "infinite"), ("\x00", "can’t be saved"), (10**300, "")],
)
def test_what_no_database_stores_is_named(value: Any, problem: str) -> None:
    found = unstorable({"steps": [{"config": {"tag": [value]}}]})
    assert problem in found and bool(problem) is bool(found)
