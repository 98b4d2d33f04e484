"""The document of the JSON API is complete: summaries, tags, errors, and examples that are valid."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from pydantic import BaseModel, TypeAdapter

from app.platform.api.document import document
from app.platform.api.schemas import Body, Schema
from tests.guards.api_operations import Described, operations

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


def _json(example: Any) -> bytes:
    return TypeAdapter(Any).dump_json(example)


def test_every_reference_leads_somewhere(app: Flask) -> None:
    with app.app_context():
        known = document(app)
    text = _json(known).decode()
    used = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert used and used <= set(known["components"]["schemas"])
