"""Whatever writes contacts or their tags tells it to listeners (`contacts.application.happenings`)."""

import ast
import re
from collections.abc import Iterator, Mapping

from tests.guards.sources import Source, sources

TABLES = {"Contact", "ContactTag"}
WRITES = {"insert", "insert_into", "update", "delete", "bulk_load"}
WRITTEN_SQL = re.compile(r"\b(insert into|update|delete from)\s+(contacts|contact_tags)\b", re.IGNORECASE)
# Use cases that write and have nothing to tell.
SILENT = {
    "bulk.deletion.delete_many": "other rooms settle removals with `register_deletion`",
    "erasing.erase_contact": "other rooms settle erasures with `register_eraser`",
    "erasing._forget_in_names": "removes a name from the sources of consent of others",
    "people._say_again": "the status stays the same",
    "custom_fields.values._change_piece": "nobody changes the values; their field gets another form",
}

Function = tuple[str, str]
"""(module, name)."""
REMOVING = {"bulk_store.delete", "erasure_store.delete_contact"}


def test_use_cases_that_write_contacts_tell_it() -> None:
    writers = _writers()
    silent = {
        f"{source.module}.{name}".removeprefix("app.contacts.application.")
        for source in _of_room("application")
        for name, node in _functions(source).items()
        if writers & set(_references(source, node)) and name not in _telling(source)
    }
    assert silent == set(SILENT)


def test_use_cases_that_remove_contacts_note_it() -> None:
    """Or listeners would be told of contacts that are gone."""
    wrong = [
        f"{source.module}.{name}"
        for source in _of_room("application")
        for name, node in _functions(source).items()
        if any(
            f"{module.rpartition('.')[2]}.{other}" in REMOVING for module, other in _references(source, node)
        )
        and ("app.contacts.application.happenings", "note_removal") not in _references(source, node)
    ]
    assert not wrong


def test_the_guard_finds_the_writers() -> None:
    """All that write, also through functions that build their statement; none that only read."""
    found = {f"{module.removeprefix('app.contacts.infrastructure.')}.{name}" for module, name in _writers()}
    assert found >= {
        *(f"bulk_store.{name}" for name in ("create", "create_naming", "update", "block_naming", "delete")),
        *(f"tag_store.{name}" for name in ("tag", "tag_each_naming", "untag", "take_back")),
        *(f"store.{name}" for name in ("add_contact", "change_contact", "set_status", "add_tag")),
        "removing.erasure_store.delete_contact",
        *(f"own_field_store.{name}" for name in ("move_values", "replace_values")),
    }
    assert not found & {"bulk_store.changed", "tag_store.tagged", "store.add_tags", "queries.contact"}


def _writers() -> set[Function]:
    """Functions of the infrastructure that write to the tables, themselves or through others."""
    functions = {
        (source.module, name): (source, node)
        for source in _of_room("infrastructure")
        for name, node in _functions(source).items()
    }
    found = {key for key, (source, node) in functions.items() if _writes(source, node)}
    while True:
        more = {
            key
            for key, (source, node) in functions.items()
            if key not in found and found & set(_references(source, node))
        }
        if not more:
            return found
        found |= more


def _of_room(layer: str) -> list[Source]:
    beginning = f"app.contacts.{layer}"
    return [source for source in sources() if source.module.startswith(beginning)]


def _functions(source: Source) -> Mapping[str, ast.AST]:
    """Functions and methods by name."""
    return {node.name: node for node in source.nodes if isinstance(node, ast.FunctionDef)}


def _writes(source: Source, function: ast.AST) -> bool:
    tables = TABLES | _names_of_tables(source.tree)
    for node in ast.walk(function):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and WRITTEN_SQL.search(node.value):
            return True
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", None) or getattr(node.func, "id", "")
            if called in TABLES or (called in WRITES and node.args and _root(node.args[0]) in tables):
                return True
    return False


def _names_of_tables(tree: ast.Module) -> set[str]:
    """Variables that hold one of the tables, such as `_contacts`."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                names, values = _elements(target), _elements(node.value)
                found |= {
                    name.id
                    for name, value in zip(names, values, strict=False)
                    if isinstance(name, ast.Name) and _root(value) in TABLES
                }
    return found


def _elements(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else [node]


def _root(node: ast.expr) -> str:
    """The name that an expression such as `Contact.__table__` begins with."""
    while isinstance(node, ast.Attribute | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _references(source: Source, function: ast.AST) -> Iterator[Function]:
    """Functions that this one names: of its module, or imported, or of an imported module."""
    imported = _imported(source)
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            yield source.module, node.id
            module, _, name = imported.get(node.id, "").rpartition(".")
            yield module, name
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield imported.get(node.value.id, ""), node.attr


def _imported(source: Source) -> dict[str, str]:
    """{name in this module: where it comes from}."""
    return {
        item.asname or item.name: f"{node.module}.{item.name}"
        for node in source.nodes
        if isinstance(node, ast.ImportFrom)
        for item in node.names
    }


def _telling(source: Source) -> set[str]:
    """Functions of a module that tell, themselves or through others."""
    functions = _functions(source)
    found = {
        name
        for name, node in functions.items()
        if any(isinstance(part, ast.Attribute) and part.attr == "tell" for part in ast.walk(node))
    }
    while True:
        more = {
            name
            for name, node in functions.items()
            if name not in found
            and any((source.module, other) in _references(source, node) for other in found)
        }
        if not more:
            return found
        found |= more
