"""Examples of whole objects in the OpenAPI document, made of the examples of their fields."""

from collections.abc import Mapping
from typing import Any, Final

_COMPONENT: Final = "#/components/schemas/"

Schemas = Mapping[str, dict[str, Any]]


def add_examples(schemas: Schemas) -> None:
    """Add an example to each schema of an object that has none of its own."""
    for schema in schemas.values():
        if "properties" in schema and "examples" not in schema:
            schema["examples"] = [_example_of(schema, schemas)]


def _example_of(schema: Mapping[str, Any], schemas: Schemas) -> Any:
    if "$ref" in schema:
        return _example_of(schemas[schema["$ref"].removeprefix(_COMPONENT)], schemas)
    if schema.get("examples"):
        return schema["examples"][0]
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if kinds := schema.get("anyOf") or schema.get("oneOf"):
        return _example_of(kinds[0], schemas)
    if schema.get("type") == "array":
        return [_example_of(schema.get("items", {}), schemas)]
    if "properties" in schema:
        return {name: _example_of(field, schemas) for name, field in schema["properties"].items()}
    return schema.get("default")
