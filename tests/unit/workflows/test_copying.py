"""A copy is equal to its original except for ids, and its references lead inside itself (T-03)."""

import json
import re
from typing import Any

from app.workflows.domain import copy_definition, new_ids, parse, problems, with_ids
from app.workflows.domain.definition.copying import FreshIds
from app.workflows.domain.definition.document import ID_PATTERN
from tests.unit.workflows.documents import (
    as_large_as_allowed,
    branch,
    email,
    one_of_everything,
    parsed,
    path,
    rule,
    step,
)

WORKFLOWS = {"b2", "b3"}


def ids_in(value: Any) -> list[str]:
    if isinstance(value, list):
        return [one for inner in value for one in ids_in(inner)]
    if isinstance(value, dict):
        own = [value["id"]] if "id" in value else []
        return own + [one for inner in value.values() for one in ids_in(inner)]
    return []


def test_a_copy_differs_only_in_its_ids() -> None:  # T-03
    original = one_of_everything()
    copied = copy_definition(parse(original), WORKFLOWS)
    back = {new: old for old, new in new_ids(parse(original)).items()}
    assert with_ids(parse(copied), back) == original
    assert not set(ids_in(original)) & set(ids_in(copied))
    assert len(ids_in(original)) == len(set(ids_in(copied)))


def test_every_reference_is_rewritten() -> None:  # T-03
    original = one_of_everything()
    copied = copy_definition(parse(original))
    mail = copied["steps"][0]["id"]
    waiting = next(step for step in parse(copied).all_steps if step.type == "wait_for_event")
    fork = next(step for step in parse(copied).all_steps if step.type == "branch")
    assert waiting.config["step"] == mail
    assert fork.config["arms"][0]["criteria"]["all"][0]["value"] == mail
    assert copied["goals"]["items"][2]["config"]["step"] == mail


def test_workflows_of_another_account_become_blank_and_must_be_chosen_again() -> None:  # T-03, T-11
    original = parsed(
        email("a"),
        step("in", "enroll_in_workflow", workflow="theirs"),
        step("out", "remove_from_workflow", workflow="ours"),
    )
    copied = copy_definition(original, {"ours"})
    assert [one["config"].get("workflow") for one in copied["steps"]] == [None, "", "ours"]
    assert list(map(str, problems(parse(copied), workflows={"ours"}))) == [
        "Step 2, Add to another workflow: Workflow is missing."
    ]


def test_references_in_lists_and_nested_groups_are_rewritten() -> None:  # T-03
    criteria = {
        "any": [{"all": [rule("event.replied", "in_list", ["a", "b"])]}, rule("contact.city", "equals", "a")]
    }
    copied = copy_definition(parsed(email("a"), email("b"), branch("f", path("x", "X", criteria))))
    first, second, fork = copied["steps"]
    group = fork["config"]["arms"][0]["criteria"]["any"]
    assert group[0]["all"][0]["value"] == [first["id"], second["id"]]
    assert group[1]["value"] == "a"


def test_a_copy_is_sound_and_so_is_its_copy() -> None:  # T-03, T-11
    for original in (one_of_everything(), as_large_as_allowed()):
        copied = copy_definition(parse(original), WORKFLOWS)
        again = copy_definition(parse(copied), WORKFLOWS)
        assert problems(parse(copied)) == problems(parse(again)) == []
        assert not set(ids_in(copied)) & set(ids_in(again))
        assert all(re.fullmatch(ID_PATTERN, one) for one in ids_in(copied))


def test_the_original_shares_nothing_with_its_copy() -> None:  # T-03, T-04
    original = one_of_everything()
    before = json.dumps(original)
    copied = copy_definition(parse(original))
    copied["steps"][0]["config"]["subject"] = "changed"
    copied["trigger"]["filters"]["all"].clear()
    copied["goals"]["items"].pop()
    assert json.dumps(original) == before


def test_the_same_document_is_always_copied_alike() -> None:  # T-03, T-15
    assert copy_definition(parse(one_of_everything())) == copy_definition(parse(one_of_everything()))


def test_a_new_step_gets_an_id_of_its_own() -> None:  # W-01
    document = one_of_everything()
    made = FreshIds(parse(document)).make()
    assert made not in ids_in(document)
    document["steps"].append(email(made))
    assert FreshIds(parse(document)).make() not in ids_in(document)
