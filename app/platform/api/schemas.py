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


class Query(BaseModel):
    """The query parameters of an operation; unknown ones are refused, so that a typo is noticed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


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
