"""Base classes of the API's schemas: what programs send and receive."""

from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from app.platform.ids import HIGHEST_ID
from app.platform.text.words import joined

Item = TypeVar("Item")

FILTER_EXAMPLE: dict[str, Any] = {"all": [{"field": "tags", "op": "has_any", "value": ["lead"]}]}
MAX_PAGE = 100
DEFAULT_PAGE = 25


def described(text: str, *examples: Any, **rules: Any) -> Any:
    """Return a field with its description and an example value, of which the document makes the example of
    the whole object. `rules` are those of `pydantic.Field`."""
    return Field(description=text, examples=list(examples) or None, **rules)


ContactId = Annotated[int, Field(ge=1, le=HIGHEST_ID)]
SEGMENT_ID = described("ID of a segment, whose filter is used as it is now.", 7, ge=1, le=HIGHEST_ID)
CRITERIA = described("Conditions `{field, op, value}` in groups `all` or `any`.", FILTER_EXAMPLE)


# Validators of a class are made when it is first used: all of them at once would slow down every start.
_BASE = ConfigDict(frozen=True, defer_build=True)


class Schema(BaseModel):
    """What an operation returns."""

    model_config = _BASE


class Body(BaseModel):
    """The JSON object that a program sends. Unknown fields and values of the wrong type are refused."""

    model_config = _BASE | ConfigDict(strict=True, extra="forbid")


def check_one_of(body: Body, *names: str) -> None:
    """Raise ValueError unless exactly one of these fields has been sent, for a validator of the body."""
    if sum(getattr(body, name) is not None for name in names) != 1:
        raise ValueError(f"Send exactly one of {joined(names)}.")


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

    model_config = _BASE | ConfigDict(extra="forbid")

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: Any) -> dict[str, Any]:
        """Describe parameters that may be None as ones that may be left out, because a URL has no null."""
        return _without_null_defaults(handler.resolve_ref_schema(handler(core_schema)))


CURSOR_EXAMPLE = "WzQyXQ"
Cursor = Annotated[
    str, described("Value of `next_cursor` of the page before.", CURSOR_EXAMPLE, max_length=400)
]


class PageQuery(Query):
    """Query parameters of a list."""

    cursor: Cursor | None = None
    limit: Annotated[int, described("Items per page.", DEFAULT_PAGE, ge=1, le=MAX_PAGE)] = DEFAULT_PAGE


class Page(Schema, Generic[Item]):
    """A page of a list."""

    data: list[Item] = Field(description="The items of this page.")
    next_cursor: str | None = described("`cursor` of the next page; null on the last one.", CURSOR_EXAMPLE)

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: Any) -> dict[str, Any]:
        """Describe pages of all kinds of items, which do not inherit the docstring."""
        schema: dict[str, Any] = handler.resolve_ref_schema(handler(core_schema))
        return schema | {"description": Page.__doc__}


class Problem(Schema):
    """An error (RFC 9457). `code` is stable; some codes come with further members."""

    model_config = ConfigDict(frozen=True, extra="allow")

    type: str = described("Always `about:blank`; `code` says which error it is.", "about:blank")
    title: str = described("The status in words.", "Invalid input")
    status: int = described("The HTTP status.", 422)
    code: str = described("Stable name of the error, for programs.", "VALIDATION_ERROR")
    detail: str = described(
        "What happened and what to do, in a sentence for people.", "consent_basis: This field is required."
    )
    fields: dict[str, str] | None = described(
        "What is wrong with the input, by field, parameter, or header; absent if it is about none of them.",
        {"consent_basis": "This field is required."},
        default=None,
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
