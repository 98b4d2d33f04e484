"""What holds of every merge of a newer version of a template into a workflow, whatever was edited (T-15)."""

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.gallery.domain.merging import Comparison, align, apply, compare, word_diff
from app.gallery.domain.merging.layout import Layout
from app.gallery.domain.merging.sides import Sides
from app.workflows.domain import copy_definition, new_ids, parse
from tests.unit.gallery.edited_documents import (
    Document,
    edited,
    new_document,
    steps_of,
    taking_all,
    without_ids,
)

seeds = st.randoms(use_true_random=False)
quickly = settings(deadline=None, max_examples=100)


def merged_from(base: Document, theirs: Document, mine: Document) -> Comparison:
    one, known = parse(base), new_ids(parse(base))
    return compare(align(one, parse(theirs), parse(mine), known))


def clone_of(document: Document) -> Document:
    return copy_definition(parse(document))


@quickly
@given(seeds)
def test_nothing_to_take_and_nothing_taken_change_nothing(rng: Random) -> None:  # T-15
    base = new_document(rng)
    mine = edited(rng, clone_of(base), "m")
    same = merged_from(base, base, mine)
    assert same.changes == ()
    assert apply(same, {}).document == mine
    some = merged_from(base, edited(rng, base, "t"), mine)
    assert apply(some, {change.key: False for change in some.changes}).document == mine


@quickly
@given(seeds)
def test_everything_taken_by_an_unedited_workflow_is_a_clone_of_the_new_version(rng: Random) -> None:  # T-15
    base = new_document(rng)
    theirs = edited(rng, base, "t", most=10)
    comparison = merged_from(base, theirs, clone_of(base))
    assert not list(comparison.conflicts)
    merged = apply(comparison, taking_all(comparison))
    assert merged.left_out == ()
    assert without_ids(merged.document) == without_ids(clone_of(theirs))


@quickly
@given(seeds)
def test_the_next_update_finds_the_steps_again(rng: Random) -> None:  # T-15
    base = new_document(rng)
    second = edited(rng, base, "t")
    third = edited(rng, second, "u")
    first = merged_from(base, second, clone_of(base))
    workflow = parse(apply(first, taking_all(first)).document)
    following = compare(align(parse(second), parse(third), workflow, first.aligned.ids))
    assert not list(following.conflicts)
    merged = apply(following, taking_all(following))
    assert without_ids(merged.document) == without_ids(clone_of(third))


@quickly
@given(seeds)
def test_without_conflicts_no_edit_is_lost(rng: Random) -> None:  # T-15
    base = new_document(rng)
    comparison = merged_from(base, edited(rng, base, "t"), edited(rng, clone_of(base), "m"))
    merged = apply(comparison, comparison.without_conflict())
    assert lost(comparison, merged.document) == []


@quickly
@given(seeds)
def test_whatever_is_chosen_only_explicit_choices_lose_an_edit(rng: Random) -> None:  # T-15
    base = new_document(rng)
    comparison = merged_from(base, edited(rng, base, "t"), edited(rng, clone_of(base), "m"))
    choices = {change.key: rng.random() < 0.6 for change in comparison.changes}
    merged = apply(comparison, choices)
    ids = [one["id"] for one in steps_of(merged.document)]
    assert len(ids) == len(set(ids))
    if not any(choices[change.key] for change in comparison.conflicts):
        assert lost(comparison, merged.document) == []


def lost(comparison: Comparison, document: Document) -> list[str]:
    """The edits of the user that are not in a document."""
    on, result = Sides(comparison.aligned, {}), Layout(parse(document))
    found = [f"{one} is back" for one in on.base.steps if one not in on.mine.steps and one in result.steps]
    for step_id, mine in on.mine.steps.items():
        base, theirs, now = (one.steps.get(step_id) for one in (on.base, on.theirs, result))
        if now is None:
            if base is None or step_id in on.moved_by_user or on.is_edited(step_id):
                found.append(f"{step_id} is gone")
            continue
        is_placed = base is None or step_id in on.moved_by_user
        if is_placed and on.mine.places[step_id] != result.places[step_id]:
            found.append(f"{step_id} is elsewhere")
        for name in (*mine.config, "arms", "default"):
            written = [_setting(one, name) for one in (base, theirs, mine, now)]
            if written[2] != written[0] and written[3] not in written[1:3]:
                found.append(f"{name} of {step_id} is {written[3]}")
            if written[2] not in written[:2] and written[3] != written[2]:
                found.append(f"{name} of {step_id} is overwritten")
    mine_head, base_head, head = (
        {key: one.document.get(key) for key in ("trigger", "goals")}
        for one in (comparison.aligned.mine, comparison.aligned.base, parse(document))
    )
    found += [key for key in head if mine_head[key] != base_head[key] and _lost(key, comparison, head)]
    return found


def _lost(key: str, comparison: Comparison, head: dict[str, Any]) -> bool:
    """Whether the user's trigger settings, filters or goals are gone."""
    base, mine = comparison.aligned.base.document[key], comparison.aligned.mine.document[key]
    names = {*base, *mine}
    return any(mine.get(one) != base.get(one) and head[key].get(one) != mine.get(one) for one in names)


def _setting(step: Any, name: str) -> Any:
    """A setting of a step; of a fork, what tells its paths apart."""
    if step is None:
        return None
    if step.paths and name in ("arms", "default"):
        return [(path.id, path.name, path.criteria) for path in step.paths]
    return step.config.get(name)


@given(st.text(), st.text())
def test_a_diff_holds_both_texts(before: str, after: str) -> None:  # T-15
    pieces = word_diff(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "inserted") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "deleted") == after
    assert all(piece.text for piece in pieces)
