"""A document becomes one typed definition that nobody can change, and every part knows where it stands."""

import copy
from dataclasses import FrozenInstanceError

import pytest

from app.workflows.domain import parse, problems, references
from app.workflows.domain.definition.custom_fields import custom_fields_in
from app.workflows.domain.definition.document import value_at, with_values
from app.workflows.infrastructure.tables import Workflow
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
    path,
    rule,
    split,
    step,
    wait,
)


def test_every_part_knows_where_it_stands():
    for document in (one_of_everything(), as_large_as_allowed()):
        read = parse(document)
        for part in (read.trigger, *read.all_steps, *read.goals):
            written = value_at(document, part.pointer)
            assert (part.type, dict(part.config)) == (written["type"], written["config"])
        for one in read.all_steps:
            for inner in one.paths:
                assert value_at(document, inner.pointer).get("id", "") == inner.id
        for one in references(read):
            assert value_at(document, one.pointer) == one.target


def test_steps_are_numbered_in_reading_order_with_what_is_around_them():
    inner = branch("inner", path("x", "X", IN_GERMANY, wait("deep")))
    read = parse(definition(branch("outer", path("a", "A", IN_GERMANY, inner)), email("last")))
    assert [(one.id, one.number, one.depth) for one in read.all_steps] == [
        ("outer", 1, 0),
        ("inner", 2, 1),
        ("deep", 3, 2),
        ("last", 4, 0),
    ]
    assert read.all_steps[2].within == ((1, 0), (2, 0))
    assert [one.id for one in read.steps] == ["outer", "last"]
    assert [one.name for one in read.steps[0].paths] == ["A", "Everyone else"]


def test_a_step_inside_a_fork_that_is_off_is_not_live():
    read = parse(definition(off(branch("fork", path("a", "A", IN_GERMANY, email("in")))), email("out")))
    assert [one.id for one in read.live_steps] == ["out"]


def test_nothing_of_it_can_be_changed():
    document = one_of_everything()
    before = copy.deepcopy(document)
    read = parse(document)
    for part, name in ((read, "steps"), (read.trigger, "filters"), (read.steps[0], "enabled")):
        with pytest.raises(FrozenInstanceError):
            setattr(part, name, None)
    with pytest.raises(TypeError):
        read.steps[0].config["subject"] = "Changed"  # type: ignore[index]
    changed = with_values(document, {(*read.steps[0].pointer, "enabled"): False})
    assert document == before and changed["steps"][0]["enabled"] is False


def test_a_row_parses_a_document_once():
    workflow = Workflow(definition=definition(email()))
    first = workflow.parsed
    assert workflow.parsed is first
    workflow.definition = definition(email("other"))
    assert [one.id for one in workflow.parsed.steps] == ["other"]


@pytest.mark.parametrize("count", range(1, 11))
def test_a_branch_has_one_to_ten_paths_and_one_for_everyone_else(count):
    fork = branch("fork", *(path(f"p{n}", f"P{n}", IN_GERMANY) for n in range(count)))
    read = parse(definition(email(), fork))
    assert problems(read) == [] and len(read.steps[1].paths) == count + 1


def test_custom_fields_are_found_wherever_they_are_named():
    shoe = {"all": [{"any": [rule("contact.custom.shoe", "equals", 42)]}]}
    document = definition(
        email("a", "Hi {{ contact.custom.nickname }}"),
        step("u", "update_field", field="contact.custom.plan", value="{{ contact.custom.last_plan }}"),
        step("w", "wait_until", kind="contact_field", field="contact.custom.renewal"),
        branch("b", path("p", "P", shoe)),
        split("s", 50, 50),
        trigger={"type": "date_reached", "config": {"field": "contact.custom.due"}, "filters": shoe},
        goals=goals(goal("g", "field_equals", field="contact.custom.rank", value="gold")),
    )
    assert set(custom_fields_in(parse(document))) == {
        "nickname",
        "plan",
        "last_plan",
        "renewal",
        "shoe",
        "due",
        "rank",
    }
