"""The document of the JSON API is complete: summaries, tags, errors, descriptions, and examples that are
valid."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask
from pydantic import BaseModel, TypeAdapter

from app.platform.api.document import ERRORS, document
from app.platform.api.operations import _component
from app.platform.api.schemas import Body, Query, Schema
from tests.guards.api_operations import Described, operations

pytestmark = pytest.mark.one_database

ALWAYS = {"401", "422", "429", "500", "503"}


@pytest.fixture
def described(app: Flask) -> list[Described]:
    return operations(app)


def test_every_operation_is_described(described: list[Described]) -> None:
    wrong = []
    for one in described:
        facts = one.facts
        if not re.fullmatch(r"[A-Z][^.]+", facts.get("summary", "")):
            wrong.append(f"{one}: needs a summary without a period")
        if len(facts.get("tags", [])) != 1:
            wrong.append(f"{one}: needs one tag")
        if not re.fullmatch(r"[a-z]+(_[a-z]+)+", one.id):
            wrong.append(f"{one}: its id is a verb and what it acts on")
        if not any(status.startswith("2") for status in facts["responses"]):
            wrong.append(f"{one}: which response has it if it works?")
        needed = ALWAYS | ({"403"} if one.scopes else set()) | ({"404"} if one.parameters else set())
        if one.bodies:
            needed |= {"413", "415"}
        if missing := sorted(needed - set(facts["responses"])):
            wrong.append(f"{one}: {missing} are not documented")
        for status, response in facts["responses"].items():
            if status >= "400" and set(response["content"]) != {"application/problem+json"}:
                wrong.append(f"{one}: {status} is not a problem")
    assert len({one.id for one in described}) == len(described)
    assert not wrong, "\n".join(wrong)


def test_every_body_has_an_example(described: list[Described]) -> None:
    wrong = [str(one) for one in described if "requestBody" in one.facts and not (one.bodies or one.is_file)]
    assert not wrong, "\n".join(wrong)


def _kinds(base: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _kinds(kind)


def test_examples_fit_their_schemas(app: Flask) -> None:
    """An example that the model refuses raises; one with a field that does not exist is named."""
    with app.app_context():
        document(app)  # with which every room has declared its schemas
    checked = 0
    for kind in {*_kinds(Body), *_kinds(Schema)}:
        extra = kind.model_config.get("json_schema_extra")
        for example in extra.get("examples", []) if isinstance(extra, dict) else []:
            assert isinstance(example, dict)
            TypeAdapter(kind).validate_json(_json(example))
            unknown = set(example) - set(kind.model_fields)
            assert not unknown, f"{kind.__name__}: {unknown}"
            checked += 1
    assert checked > 10


@pytest.fixture
def known(app: Flask) -> dict[str, Any]:
    with app.app_context():
        return document(app)


def test_everything_is_described_with_an_example(known: dict[str, Any], described: list[Described]) -> None:
    """Parameters, fields of bodies and responses, and what a status means."""
    wrong = []
    for one in described:
        for parameter in one.facts["parameters"]:
            place = f"{one}: {parameter['name']}"
            wrong += _lacking(place, parameter["schema"], parameter["description"])
        for status, response in one.facts["responses"].items():
            if not response["description"].endswith("."):
                wrong.append(f"{one}: say when the status is {status}")
    for name, schema in known["components"]["schemas"].items():
        for field, facts in schema.get("properties", {}).items():
            of_kind = known["components"]["schemas"].get(facts.get("$ref", "").rpartition("/")[2], {})
            text = facts.get("description") or of_kind.get("description", "")
            wrong += _lacking(f"{name}.{field}", facts, text, schema)
        if not schema.get("description"):
            wrong.append(f"{name}: has no description")
    assert not wrong, "\n".join(wrong)


def _lacking(place: str, facts: dict[str, Any], text: str, owner: dict[str, Any] | None = None) -> list[str]:
    found = []
    if not re.fullmatch(r"[`A-Z].*\.", text, re.DOTALL):
        found.append(f"{place}: needs a description, which is a sentence: {text!r}")
    name = place.rpartition(".")[2]
    in_whole = any(one.get(name) is not None for one in (owner or {}).get("examples", []))
    if not in_whole and not _has_example(facts):
        found.append(f"{place}: needs an example")
    return found


def _has_example(facts: dict[str, Any]) -> bool:
    if "$ref" in facts or "examples" in facts or "const" in facts or "enum" in facts:
        return True
    kinds = facts.get("anyOf") or facts.get("oneOf") or []
    return any(map(_has_example, kinds)) or ("items" in facts and _has_example(facts["items"]))


def test_examples_of_the_document_are_valid(known: dict[str, Any], described: list[Described]) -> None:
    wrong, checked = [], 0
    for name, schema in known["components"]["schemas"].items():
        validator = jsonschema_rs.validator_for(
            {"$ref": f"#/components/schemas/{name}", "components": known["components"]}
        )
        for example in schema.get("examples", []):
            wrong += [f"{name}: {error}" for error in validator.iter_errors(example)]
            checked += 1
        if "properties" in schema and not schema.get("examples"):
            wrong.append(f"{name}: has no example")
    for one in described:
        for parameter in one.facts["parameters"]:
            for example in parameter["schema"].get("examples", []):
                if not jsonschema_rs.is_valid(parameter["schema"], example):
                    wrong.append(f"{one}: {parameter['name']}: {example!r}")
                checked += 1
    assert checked > 100
    assert not wrong, "\n".join(wrong)[:5000]


def test_no_two_schemas_share_a_name(known: dict[str, Any]) -> None:
    """The second would silently replace the first in the document."""
    by_name: dict[str, set[str]] = {}
    for kind in {*_kinds(BaseModel)}:
        if kind.__module__.startswith("app.") or "[" in kind.__name__:
            name = _component(kind)
            if name in known["components"]["schemas"] or issubclass(kind, Query):
                by_name.setdefault(name, set()).add(f"{kind.__module__}.{kind.__qualname__}")
    assert set(known["components"]["schemas"]) <= set(by_name)
    assert not {name: kinds for name, kinds in by_name.items() if len(kinds) > 1}


def test_every_status_of_an_error_is_explained(described: list[Described]) -> None:
    used = {int(status) for one in described for status in one.facts["responses"] if status >= "400"}
    assert used <= set(ERRORS)


def _json(example: Any) -> bytes:
    return TypeAdapter(Any).dump_json(example)


def test_every_reference_leads_somewhere(app: Flask) -> None:
    with app.app_context():
        known = document(app)
    text = _json(known).decode()
    used = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert used and used <= set(known["components"]["schemas"])
