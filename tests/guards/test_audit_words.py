"""Whatever a room records in the audit log it can say, in words of its own, and it has no words to spare."""

import ast
from collections.abc import Iterator
from functools import cache

import pytest

from app.activity.application import filter_actions, filter_kinds, registered_words
from tests.guards.sources import Source, sources

pytestmark = pytest.mark.one_database

RECORDED = "record"  # activity.record(actor, action, subject, subject id, …)


@cache
def recorded() -> tuple[tuple[str, str, str, str], ...]:
    """(room, action, subject, place) of every entry that the code can write."""
    return tuple(_recorded())


def _recorded() -> Iterator[tuple[str, str, str, str]]:
    for source in sources():
        for function in source.nodes:
            if not isinstance(function, ast.FunctionDef):
                continue
            for call in ast.walk(function):
                if _is_record(call):
                    place = f"{source.name}:{call.lineno}"
                    actions = _values(call.args[1], function, source)
                    assert actions, f"{place}: this guard cannot tell which action is recorded"
                    [subject] = _values(call.args[2], function, source)
                    yield from ((source.room, action, subject, place) for action in actions)


@pytest.mark.usefixtures("fresh_app")
def test_every_room_has_words_for_what_it_records_and_no_others() -> None:
    words, entries = registered_words(), recorded()
    assert len(entries) > 20, "the rooms record more than that"
    for room in words.keys() | {room for room, *_ in entries}:
        own = {action for one, action, *_ in entries if one == room}
        assert own == set(words[room].sentences), f"{room} registers other sentences than it records"
        assert set(words[room].details) <= own, f"{room} has details of what it doesn’t record"


@pytest.mark.usefixtures("fresh_app")
def test_every_subject_has_words_of_one_room_and_a_place_in_the_filter() -> None:
    words = registered_words()
    owners = [name for room in words.values() for name in room.subjects]
    assert sorted(owners) == sorted(set(owners)), "two rooms own the same subject"
    assert {subject for _, _, subject, _ in recorded()} == set(owners)
    actions = [action for room in words.values() for action in room.sentences]
    assert sorted(actions) == sorted(set(actions)), "two rooms record the same action"


@pytest.mark.usefixtures("fresh_app")
def test_the_filter_offers_each_action_once_and_without_figures() -> None:
    offered = filter_actions({(action, subject) for _, action, subject, _ in recorded()})
    assert offered.keys() == filter_kinds().keys()
    known = {action for room in registered_words().values() for action in room.sentences}
    assert {action for some in offered.values() for action, _ in some} == known
    for kind, some in offered.items():
        labels = [filter_kinds()[kind].everything, *(label for _, label in some)]
        assert sorted(labels) == sorted(set(labels)), f"{kind}: two actions with one label"
        assert not [label for label in labels if any(letter.isdigit() for letter in label)]


@pytest.mark.usefixtures("fresh_app")
def test_the_filter_leaves_out_what_nobody_has_words_for() -> None:
    given = [("workflow_teleported", "workflow"), ("workflow_duplicated", "workflow")]
    assert filter_actions(given) == {"workflows": [("workflow_duplicated", "Duplicated a workflow")]}


def test_the_guard_follows_an_action_through_the_functions_of_its_room() -> None:
    found = {action for _, action, *_ in recorded()}
    assert {
        "workflow_paused",
        "contact_tag_removed",
        "to_do_restored",
        "job_finished",
        "trigger_changed",
    } <= found


def _is_record(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == RECORDED
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "activity"
        and len(node.args) >= 4
    )


def _values(node: ast.expr, function: ast.FunctionDef, source: Source) -> list[str]:
    """The texts that an expression can be: spelled out, one of two, or what callers in the file pass."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.IfExp):
        return _values(node.body, function, source) + _values(node.orelse, function, source)
    if isinstance(node, ast.JoinedStr):
        texts = [""]
        for part in node.values:
            inner = part.value if isinstance(part, ast.FormattedValue) else part
            texts = [text + more for text in texts for more in _values(inner, function, source)]
        return texts
    if isinstance(node, ast.Name):
        names = [argument.arg for argument in function.args.args]
        return _passed(source, function.name, names.index(node.id)) if node.id in names else []
    return []


def _passed(source: Source, function: str, position: int) -> list[str]:
    """The texts that are passed to a function, in its file and in those of its room that import it."""
    return [
        str(call.args[position].value)  # type: ignore[attr-defined]
        for one in sources()
        if one is source or _imports(one, source, function)
        for call in one.nodes
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == function
        and len(call.args) > position
        and isinstance(call.args[position], ast.Constant)
    ]


def _imports(one: Source, source: Source, function: str) -> bool:
    is_near = one.room == source.room
    return is_near and any(name == f"{source.module}.{function}" for name, _ in one.imports())
