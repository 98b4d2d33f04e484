"""The OpenAPI document as the reference page shows it: operations by tag, and schemas."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

JSON: Final = "application/json"
_COMPONENT: Final = "#/components/schemas/"
_LONGEST_VALUE: Final = 80
_CODE: Final = re.compile(r"`([^`]+)`")

Texts = list[list[tuple[str, bool]]]


@dataclass(frozen=True)
class Kind:
    """The type of a value: words, and the name of the schema that they end with, if it is one."""

    words: str
    schema: str = ""


@dataclass(frozen=True)
class Member:
    """A parameter, or a field of a schema. `place` is `path`, `query`, or `header` for parameters; `example`
    is a value, "" without one, or if it is long."""

    name: str
    kind: Kind
    is_required: bool
    texts: Texts
    place: str = ""
    example: str = ""


@dataclass(frozen=True)
class Answer:
    """A status that an operation responds with, the schema of the body, and when that is."""

    status: str
    kind: Kind
    texts: Texts


@dataclass(frozen=True)
class OperationEntry:
    """An operation. `example` is a body as JSON, "" if it takes none; `sent_as` its media types."""

    id: str
    method: str
    path: str
    summary: str
    texts: Texts
    members: list[Member]
    body: Kind | None
    sent_as: list[str]
    example: str
    answers: list[Answer]
    can_try: bool


@dataclass(frozen=True)
class SchemaEntry:
    """A schema with its fields and an example as JSON, "" if it has none."""

    name: str
    texts: Texts
    members: list[Member]
    example: str


@dataclass(frozen=True)
class Reference:
    """All that the page shows. `tags` is {tag: operations}."""

    texts: Texts
    tags: Mapping[str, list[OperationEntry]]
    schemas: list[SchemaEntry]


def reference(document: Mapping[str, Any]) -> Reference:
    """Return the reference of an OpenAPI document that this app has made."""
    components = document["components"]["schemas"]
    tags: dict[str, list[OperationEntry]] = {}
    for path, methods in document["paths"].items():
        for method, facts in methods.items():
            tags.setdefault(facts["tags"][0], []).append(_operation(path, method, facts, components))
    schemas = [
        SchemaEntry(name, texts_of(schema.get("description", "")), list(_fields(schema)), _example(schema))
        for name, schema in sorted(components.items())
    ]
    return Reference(texts_of(document["info"]["description"]), tags, schemas)


def texts_of(description: str) -> Texts:
    """Return the paragraphs of a description, each as (text, whether it is code)."""
    paragraphs = re.split(r"\n\s*\n", description.strip())
    return [
        [(part, number % 2 == 1) for number, part in enumerate(_CODE.split(" ".join(text.split()))) if part]
        for text in paragraphs
        if text.strip()
    ]


def _operation(path: str, method: str, facts: Any, components: Mapping[str, Any]) -> OperationEntry:
    content = facts.get("requestBody", {}).get("content", {})
    body = _kind(content[JSON]["schema"]) if JSON in content else None
    streams = any("text/event-stream" in one.get("content", {}) for one in facts["responses"].values())
    return OperationEntry(
        id=facts["operationId"],
        method=method.upper(),
        path=path,
        summary=facts["summary"],
        texts=texts_of(facts.get("description", "")),
        members=[
            Member(
                one["name"],
                _kind(one["schema"]),
                one.get("required", False),
                texts_of(one.get("description") or one["schema"].get("description", "")),
                one["in"],
                _value(one["schema"]),
            )
            for one in facts.get("parameters", [])
        ],
        body=body,
        sent_as=list(content),
        example=_example(components[body.schema]) if body and body.schema else "",
        answers=[
            Answer(status, _answer_kind(one), texts_of(one["description"]))
            for status, one in sorted(facts["responses"].items())
        ],
        can_try=not streams and (not content or JSON in content),
    )


def _answer_kind(response: Mapping[str, Any]) -> Kind:
    for media_type, described in response.get("content", {}).items():
        kind = _kind(described.get("schema", {}))
        return kind if kind.schema else Kind(media_type)
    return Kind("no body")


def _fields(schema: Mapping[str, Any]) -> Iterator[Member]:
    required = schema.get("required", [])
    for name, facts in schema.get("properties", {}).items():
        texts = texts_of(facts.get("description", ""))
        yield Member(name, _kind(facts), name in required, texts, example=_value(facts))


def _kind(schema: Mapping[str, Any]) -> Kind:
    """Return the type of a schema: `integer`, `array of Job`, `one of "a", "b"`, `string or null`."""
    if "$ref" in schema:
        return Kind("", schema["$ref"].removeprefix(_COMPONENT))
    if "const" in schema:
        return Kind(json.dumps(schema["const"]))
    if "enum" in schema:
        return Kind("one of " + ", ".join(json.dumps(value) for value in schema["enum"]))
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            kinds = [_kind(one) for one in schema[several]]
            named = next((kind.schema for kind in kinds if kind.schema), "")
            if len(kinds) == 2 and named and kinds[1].words == "null":
                return Kind("null or", named)
            return Kind(" or ".join(kind.words or kind.schema for kind in kinds))
    if schema.get("type") == "array":
        item = _kind(schema.get("items", {}))
        return Kind(f"array of {item.words}".rstrip(), item.schema)
    return Kind(" ".join(filter(None, (schema.get("type", "any"), schema.get("format", "")))))


def _example(schema: Mapping[str, Any]) -> str:
    examples = schema.get("examples", [])
    return json.dumps(examples[0], indent=2, ensure_ascii=False) if examples else ""


def _value(schema: Mapping[str, Any]) -> str:
    """Return the example of a value as text; "" without one, or if it is long."""
    examples = schema.get("examples", [])
    if not examples or examples[0] is None:
        return ""
    value = examples[0]
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_VALUE else ""
