"""Base classes of the API's schemas: what programs send and receive."""

from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Item = TypeVar("Item")

MAX_PAGE = 100
DEFAULT_PAGE = 25


class Schema(BaseModel):
    """What an operation returns."""

    model_config = ConfigDict(frozen=True)


class Body(BaseModel):
    """The JSON object that a program sends. Unknown fields and values of the wrong type are refused."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Options(Body):
    """The JSON object with options, all of which have defaults, so that a request needs no body."""


class Changes(Body):
    """The JSON object with the fields to change; those that are left out stay as they are.

    Such fields have the default None without allowing null: `name: str = UNCHANGED`.
    """

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: Any) -> dict[str, Any]:
        return _without_null_defaults(handler.resolve_ref_schema(handler(core_schema)))


UNCHANGED: Any = None


class Query(BaseModel):
    """The query parameters of an operation; unknown ones are refused, so that a typo is noticed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: Any) -> dict[str, Any]:
        """Describe parameters that may be None as ones that may be left out, because a URL has no null."""
        return _without_null_defaults(handler.resolve_ref_schema(handler(core_schema)))


Cursor = Annotated[str, Field(max_length=400, description="Value of `next_cursor` of the page before.")]


class PageQuery(Query):
    """Query parameters of a list."""

    cursor: Cursor | None = None
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE, description="Items per page.")] = DEFAULT_PAGE


class Page(Schema, Generic[Item]):
    """A page of a list. `next_cursor` is null on the last page."""

    data: list[Item]
    next_cursor: str | None


class Problem(Schema):
    """An error (RFC 9457). `code` is stable; some codes come with further members."""

    model_config = ConfigDict(frozen=True, extra="allow")

    type: str
    title: str
    status: int
    code: str
    detail: str
    fields: dict[str, str] | None = Field(
        default=None, description="What is wrong, by field, if the input was refused."
    )

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: Any) -> dict[str, Any]:
        """Describe `fields` as absent or an object, because it is left out rather than null."""
        schema: dict[str, Any] = handler.resolve_ref_schema(handler(core_schema))
        fields = schema["properties"]["fields"]
        if "anyOf" in fields:
            [kind] = [one for one in fields.pop("anyOf") if one.get("type") != "null"]
            fields.pop("default", None)
            fields |= kind
        return schema


def _without_null_defaults(schema: dict[str, Any]) -> dict[str, Any]:
    """Remove null, as default and as type, from the fields of an object schema that have the default null."""
    for field in schema.get("properties", {}).values():
        if "default" in field and field["default"] is None:
            del field["default"]
            kinds = [kind for kind in field.pop("anyOf", []) if kind.get("type") != "null"]
            if len(kinds) == 1:
                field.update(kinds[0] | field)
            elif kinds:
                field["anyOf"] = kinds
    return schema
