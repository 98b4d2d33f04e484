"""Ids in the bodies of requests: those of another account do not exist, and the answer is the same as for ids
that nothing has. The fields are found in the document: those described as "ID of …"."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from flask import Flask

from app.platform.api.document import document
from tests.guards.api_operations import ID_FIELDS, Described, address, one_of_everything, operations
from tests.people import Person, Program, program_of

COMPONENT = "#/components/schemas/"
NOTHING = {True: 2**62, False: "0190a0a0-0000-7000-8000-000000000000"}
ROW_BY_ROW = {"create_job", "create_dry_run"}  # whose contacts are looked up in the background


class IdField(NamedTuple):
    """A field of a body that holds an id: the names that lead to it, and the schema of its object."""

    operation: Described
    path: tuple[str, ...]
    owner: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.operation.id}: {'.'.join(self.path)}"


@pytest.fixture
def schemas(app: Flask) -> dict[str, Any]:
    with app.app_context():
        found: dict[str, Any] = document(app)["components"]["schemas"]
    return found


def resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    return schemas[schema["$ref"].removeprefix(COMPONENT)] if "$ref" in schema else schema


def id_fields(app: Flask, schemas: dict[str, Any]) -> Iterator[IdField]:
    for one in operations(app):
        content = one.facts.get("requestBody", {}).get("content", {}).get("application/json")
        if content:
            yield from _fields_in(one, (), content["schema"], schemas)


def _fields_in(
    one: Described, path: tuple[str, ...], schema: dict[str, Any], schemas: dict[str, Any]
) -> Iterator[IdField]:
    schema = resolved(schema, schemas)
    for kind in (*schema.get("oneOf", ()), *schema.get("anyOf", ())):
        yield from _fields_in(one, path, kind, schemas)
    for name, field in schema.get("properties", {}).items():
        if re.match(r"IDs? of ", field.get("description", "")):
            yield IdField(one, (*path, name), schema)
        else:
            yield from _fields_in(one, (*path, name), field, schemas)


def objects_with(field: IdField, value: Any, ids: dict[str, Any], schemas: dict[str, Any]) -> Iterator[Any]:
    """Objects that have a value in the field, and ids of ours in other ones: the simplest first."""
    name = field.path[-1]
    required = field.owner.get("required", [])
    smallest = {one: _sample(field.owner["properties"][one], schemas) for one in required}
    for base in (smallest, *field.owner.get("examples", [])):
        exclusive = [one for one in base if one not in required and one in ID_FIELDS]
        for without in ([], exclusive, ["filter", *exclusive], ["definition"]):
            made = {key: given for key, given in base.items() if key not in without} | {name: value}
            for other in set(made) & set(ID_FIELDS) - {name}:
                made[other] = ids[ID_FIELDS[other]]
            yield made


def _sample(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    schema = resolved(schema, schemas)
    return schema["const"] if "const" in schema else schema["examples"][0]


def body_of(field: IdField, inner: Any, ids: dict[str, Any]) -> Any:
    for name in reversed(field.path[:-1]):
        inner = {name: inner}
    return inner


def value_of(field: IdField, one: Any) -> Any:
    return [one] if field.path[-1].endswith("_ids") else one


def ask(field: IdField, program: Program, inner: Any, ids: dict[str, Any]) -> Any:
    path = address(field.operation, ids)
    return field.operation.send(program, path, body_of(field, inner, ids))


def test_ids_in_bodies_are_those_of_the_account(
    app: Flask, schemas: dict[str, Any], program: Program, mallory: Person, run_tasks: Any
) -> None:
    theirs = one_of_everything(program)
    elsewhere = program_of(app, mallory)
    ours = one_of_everything(elsewhere)
    run_tasks()
    found, wrong = list(id_fields(app, schemas)), []
    for field in found:
        collection = ID_FIELDS.get(field.path[-1])
        assert collection, f"{field}: tell this guard whose ids these are"
        refused = {}
        for whose, one in (
            ("theirs", theirs[collection]),
            ("nobody's", NOTHING[isinstance(ours[collection], int)]),
        ):
            inner = _accepted(field, elsewhere, ours, ours[collection], schemas)
            if inner is None:
                wrong.append(f"{field}: no body is accepted with an id of ours")
                break
            answer = ask(field, elsewhere, inner | {field.path[-1]: value_of(field, one)}, ours)
            if field.operation.id in ROW_BY_ROW and field.path[-1] == "contact_ids":
                wrong += [f"{field}: {text}" for text in _enrolled(elsewhere, answer, run_tasks)]
                continue
            if answer.status_code not in (404, 422) or not any(
                name.startswith(".".join(field.path)) for name in answer.json.get("fields", {})
            ):
                wrong.append(f"{field}: {answer.status_code} {answer.text[:300]}")
            refused[whose] = re.sub(rf"\b{one}\b", "ID", json.dumps(answer.json, ensure_ascii=False))
        if len(set(refused.values())) > 1:
            wrong.append(f"{field}: the answers differ: {refused}")
    assert {field.path[-1] for field in found} == set(ID_FIELDS)
    assert not wrong, "\n".join(wrong)


def _accepted(
    field: IdField, program: Program, ids: dict[str, Any], one: Any, schemas: dict[str, Any]
) -> Any:
    """The first object that is accepted with an id of our own, so that a refusal is about the id. Jobs and
    fields of our own are refused for what they are: there it is one in which nothing else is wrong."""
    for inner in objects_with(field, value_of(field, one), ids, schemas):
        answer = ask(field, program, inner, ids)
        if answer.status_code < 300 or answer.status_code == 409:
            return inner
        if field.path[-1] in ("corrects", "into") and ".".join(field.path) in answer.json.get("fields", {}):
            return inner
    return None


def _enrolled(program: Program, answer: Any, run_tasks: Any) -> list[str]:
    """Rows that a job or dry run of unknown contacts would not report as unknown."""
    if answer.status_code not in (201, 202):
        return [answer.text]
    run_tasks()
    kind = "jobs" if answer.status_code == 201 else "dry-runs"
    outcomes = program.get(f"/bulk-enrollment/{kind}/{answer.json['id']}").json["outcomes"]
    return [] if outcomes == {"CONTACT_NOT_FOUND": 1} else [str(outcomes)]


def test_filters_do_not_find_workflows_of_others(
    app: Flask, schemas: dict[str, Any], program: Program, mallory: Person
) -> None:
    theirs = one_of_everything(program)
    elsewhere = program_of(app, mallory)
    ours = one_of_everything(elsewhere)
    rule = {"field": "in_workflow", "op": "equals", "value": theirs["workflows"]}
    found, wrong = 0, []
    for one in operations(app):
        for body in one.bodies:
            inner = body.get("selection", body)
            if "filter" in inner:
                found += 1
                changed = inner | {"filter": {"all": [rule]}}
                body = body | {"selection": changed} if "selection" in body else changed
                answer = one.send(elsewhere, address(one, ours), body)
                if answer.status_code != 422:
                    wrong.append(f"{one}: {answer.status_code} {answer.text[:200]}")
    assert found >= 5
    assert not wrong, "\n".join(wrong)
