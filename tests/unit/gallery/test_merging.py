"""What a newer version of a template changes in a workflow, in the words that people read (T-15)."""

from typing import Any

import pytest

from app.gallery.domain.merging import (
    Change,
    Comparison,
    Undecided,
    align,
    apply,
    compare,
    compare_versions,
    word_diff,
)
from app.workflows.domain import parse
from tests.unit.gallery.edited_documents import taking_all
from tests.unit.workflows.documents import branch, definition, email, goal, goals, path, rule, step, wait

CLICKED = {"all": [rule("event.link_clicked", "equals", "hello")]}
BUYER = {"all": [rule("contact.tags", "has_any", ["buyer"])]}


def compared(base: Any, theirs: Any, mine: Any) -> Comparison:
    """Compare documents in which the same step has the same id."""
    known = {step.id: step.id for step in parse(base).all_steps}
    known |= {path.id: path.id for step in parse(base).all_steps for path in step.paths if path.id}
    known |= {goal.id: goal.id for goal in parse(base).goals}
    return compare(align(parse(base), parse(theirs), parse(mine), known))


def only(comparison: Comparison) -> Change:
    [change] = comparison.changes
    return change


def ids(document: Any) -> list[str]:
    return [step.id for step in parse(document).all_steps]


def test_changes_are_said_in_words() -> None:  # T-15
    base = definition(email("hello", "Hello"), wait("pause", 2), email("bye", "Bye"))
    theirs = definition(
        email("hello", "Hello there"),
        email("bye", "Bye"),
        wait("pause", 3),
        step("tag", "add_tag", tag="done"),
        trigger={"type": "tag_added", "enabled": True, "config": {"tag": "new"}},
        goals=goals(goal("g", "tag_added", tag="customer")),
    )
    found = [
        (one.kind, one.place, one.label, one.before, one.after)
        for one in compare_versions(*map(parse, (base, theirs)))
    ]
    assert found == [
        (
            "trigger",
            "Trigger",
            "What starts it",
            "When you add people",
            "When the tag “new” is added\nTag: new",
        ),
        ("setting", "Step 1, Send email: Hello", "Subject", "Hello", "Hello there"),
        (
            "moved",
            "Step 3, Send email: Bye",
            "Position",
            "After “Wait 2 days”",
            "After “Send email: Hello there”",
        ),
        ("setting", "Step 2, Wait", "Settings", "How long: 2\nUnit: days", "How long: 3\nUnit: days"),
        ("added", "New step", "After “Wait 3 days”", "", found[4][4]),
        ("goals", "Goals", "Goals", "No goals", "Gets the tag “customer”"),
    ]
    assert "Tag: done" in found[4][4]


def test_the_same_change_by_the_user_is_nothing_to_take() -> None:  # T-15
    base, changed = definition(email("hello", "Hello")), definition(email("hello", "Good day"))
    assert compared(base, changed, changed).changes == ()


def test_line_breaks_around_a_text_are_no_edit() -> None:  # T-15
    """Saving in the editor removes them."""
    base, mine = definition(email("hello", body="Hello\n")), definition(email("hello", body="Hello"))
    assert compared(base, mine, base).changes == compared(base, base, mine).changes == ()
    theirs = definition(email("hello", body="Good day\n"))
    change = only(compared(base, theirs, mine))
    assert not change.is_conflict
    taken = apply(compared(base, theirs, mine), {change.key: True}).document
    assert taken["steps"][0]["config"]["body"] == "Good day\n"


def test_a_conflict_needs_a_choice() -> None:  # T-15
    base = definition(email("hello", "Hello"))
    mine = definition(email("hello", "My words"))
    comparison = compared(base, definition(email("hello", "Their words")), mine)
    change = only(comparison)
    assert (change.before, change.after, change.mine) == ("Hello", "Their words", "My words")
    with pytest.raises(Undecided) as refused:
        apply(comparison, {})
    assert refused.value.keys == (change.key,)
    assert apply(comparison, {change.key: False}).document == mine
    assert apply(comparison, {change.key: True}).document["steps"][0]["config"]["subject"] == "Their words"


def test_a_removed_step_that_the_user_has_edited_is_a_conflict() -> None:  # T-15
    base = definition(email("hello"), email("bye", "Bye"))
    theirs = definition(email("hello"))
    assert not only(compared(base, theirs, base)).is_conflict
    edited = only(compared(base, theirs, definition(email("hello"), email("bye", "So long"))))
    assert edited.is_conflict and edited.after == "Removed" and "So long" in str(edited.mine)


def test_a_step_that_the_user_has_removed_can_be_put_back_if_it_changed() -> None:  # T-15
    base = definition(email("hello"), email("bye", "Bye"), email("end", "End"))
    mine = definition(email("hello"), email("end", "End"))
    assert compared(base, base, mine).changes == ()
    comparison = compared(base, definition(email("hello"), email("bye", "New"), email("end", "End")), mine)
    change = only(comparison)
    assert change.is_conflict and change.mine == "You removed this step."
    assert ids(apply(comparison, {change.key: False}).document) == ["hello", "end"]
    assert ids(apply(comparison, {change.key: True}).document) == ["hello", "bye", "end"]


def test_a_branch_with_a_step_of_the_user_is_not_removed_unseen() -> None:  # T-15
    base = definition(email("hello"), branch("fork", path("p", "Buyers", BUYER, email("thanks"))))
    theirs = definition(email("hello"), email("thanks"))
    mine = definition(
        email("hello"), branch("fork", path("p", "Buyers", BUYER, email("thanks"), wait("own")))
    )
    comparison = compared(base, theirs, mine)
    kinds = {change.kind: change for change in comparison.changes}
    assert set(kinds) == {"removed", "moved"} and kinds["removed"].is_conflict
    kept = apply(comparison, {kinds["removed"].key: False, kinds["moved"].key: True}).document
    assert ids(kept) == ["hello", "thanks", "fork", "own"]
    only_removed = apply(comparison, {kinds["removed"].key: True}).document
    assert ids(only_removed) == ["hello", "thanks"], "what the template still has stays"


def test_a_new_path_comes_with_its_steps() -> None:  # T-15
    base = definition(email("hello"), branch("fork", path("p", "Clicked", CLICKED, wait("in"))))
    theirs = definition(
        email("hello"),
        branch(
            "fork", path("q", "Buyers", BUYER, email("thanks")), path("p", "Clicked", CLICKED, wait("in"))
        ),
    )
    mine = definition(email("hello"), branch("fork", path("p", "Clicked", CLICKED, wait("in"), wait("own"))))
    comparison = compared(base, theirs, mine)
    change = only(comparison)
    assert change.kind == "paths" and not change.is_conflict
    merged = apply(comparison, {change.key: True}).document
    paths = parse(merged).all_steps[1].paths
    assert [(one.name, [step.type for step in one.steps]) for one in paths] == [
        ("Buyers", ["send_email"]),
        ("Clicked", ["wait", "wait"]),
        ("Everyone else", []),
    ]


def test_a_step_for_a_branch_that_was_left_is_left_out() -> None:  # T-15
    base = definition(email("hello"), email("bye"))
    theirs = definition(email("hello"), branch("fork", path("p", "Buyers", BUYER, email("bye"))))
    comparison = compared(base, theirs, base)
    moved = next(change for change in comparison.changes if change.kind == "moved")
    merged = apply(comparison, {moved.key: True})
    assert merged.document == base and merged.left_out == (moved,)


def test_a_step_for_a_path_that_the_user_has_removed_has_no_place() -> None:  # T-15
    one, two = path("p", "Clicked", CLICKED), path("q", "Buyers", BUYER)
    base = definition(email("hello"), branch("fork", one, two))
    theirs = definition(email("hello"), branch("fork", one, {**two, "steps": [email("thanks")]}))
    comparison = compared(base, theirs, definition(email("hello"), branch("fork", one)))
    change = only(comparison)
    assert not change.is_possible and not change.is_conflict
    assert apply(comparison, taking_all(comparison)).document == comparison.aligned.mine.document


def test_merge_tags_and_phrases_stay_whole_in_a_diff() -> None:  # T-15
    pieces = word_diff(
        "Hi {{ contact.first_name }}, see you soon.", "Hi {{ contact.last_name }}, until next week."
    )
    assert pieces == [
        ("same", "Hi "),
        ("deleted", "{{ contact.first_name }}"),
        ("inserted", "{{ contact.last_name }}"),
        ("same", ", "),
        ("deleted", "see you soon"),
        ("inserted", "until next week"),
        ("same", "."),
    ]


def test_long_texts_are_compared_line_by_line() -> None:  # T-15
    lines = [f"Line {number} of a long text.\n" for number in range(3000)]
    changed = [*lines[:10], "Another line.\n", *lines[11:]]
    assert [piece.kind for piece in word_diff("".join(lines), "".join(changed))] == [
        "same",
        "deleted",
        "inserted",
        "same",
    ]
