"""Reading what a program sends: JSON bodies and query parameters, strictly."""

from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json
from werkzeug.exceptions import UnsupportedMediaType

from app.platform.api.schemas import Options
from app.platform.errors import Invalid

Model = TypeVar("Model", bound=BaseModel)

MAX_FIELDS_NAMED = 25
_UNREADABLE = "The body isn’t valid JSON."
_SENTENCES = {
    "missing": "This field is required.",
    "extra_forbidden": "Unknown field.",
    "string_type": "Must be text.",
    "string_too_short": "Must have at least {min_length} characters.",
    "string_too_long": "Must have at most {max_length} characters.",
    "int_type": "Must be a whole number.",
    "int_parsing": "Must be a whole number.",
    "int_from_float": "Must be a whole number.",
    "bool_type": "Must be true or false.",
    "bool_parsing": "Must be true or false.",
    "list_type": "Must be a list.",
    "dict_type": "Must be an object.",
    "model_type": "Must be an object.",
    "model_attributes_type": "Must be an object.",
    "greater_than_equal": "Must be at least {ge}.",
    "less_than_equal": "Must be at most {le}.",
    "too_long": "Must have at most {max_length} items.",
    "too_short": "Must have at least {min_length} items.",
    "literal_error": "Must be {expected}.",
    "enum": "Must be {expected}.",
    "union_tag_invalid": "Must be one of {expected_tags}.",
    "union_tag_not_found": "This field is required.",
    "timezone_aware": "Must include a time zone, such as 2026-03-01T09:00:00Z.",
}


def read_json(model: type[Model]) -> Model:
    """Return the request's JSON body. Raises Invalid with `fields`, UnsupportedMediaType for other types."""
    sent = request.get_data(cache=False)
    if issubclass(model, Options) and not sent and not request.mimetype:
        return model()
    if request.mimetype != "application/json":
        raise UnsupportedMediaType("Send the body as application/json.")
    try:
        document = from_json(sent, allow_inf_nan=False)
    except ValueError as wrong:
        raise Invalid("VALIDATION_ERROR", f"{_UNREADABLE} {_place(wrong)}".strip()) from None
    if not isinstance(document, dict):
        raise Invalid("VALIDATION_ERROR", "The body must be a JSON object.")
    _refuse_unstorable(document)
    return _validated(model, document)


def read_query(model: type[Model]) -> Model:
    """Return the query parameters. A parameter of a list may be repeated. Raises Invalid with `fields`."""
    values: dict[str, Any] = {}
    for name, given in request.args.lists():
        field = model.model_fields.get(name)
        takes_many = field is not None and getattr(field.annotation, "__origin__", None) in (list, tuple)
        if len(given) > 1 and not takes_many:
            raise _invalid({name: "This parameter is given more than once."})
        values[name] = given if takes_many else given[0]
    _refuse_unstorable(values)
    return _validated(model, values)


def _validated(model: type[Model], values: dict[str, Any]) -> Model:
    try:
        return model.model_validate(values)
    except ValidationError as wrong:
        fields: dict[str, str] = {}
        for one in wrong.errors(include_url=False, include_input=False)[:MAX_FIELDS_NAMED]:
            fields.setdefault(".".join(map(str, one["loc"])) or "body", _sentence(one))
        raise _invalid(fields) from None


def _invalid(fields: dict[str, str]) -> Invalid:
    name, sentence = next(iter(fields.items()))
    return Invalid("VALIDATION_ERROR", f"{name[:120]}: {sentence}", fields=fields)


def _sentence(error: Any) -> str:
    known = _SENTENCES.get(error["type"])
    if known is not None:
        return known.format_map({"expected": "", "expected_tags": ""} | error.get("ctx", {}))
    text: str = error["msg"].removeprefix("Value error, ")
    return text if text.endswith(".") else f"{text}."


def _place(wrong: ValueError) -> str:
    """Return where the JSON is wrong, from the parser's message (“… at line 1 column 5”)."""
    _, _, place = str(wrong).partition(" at line ")
    return f"See line {place}." if place.replace(" column ", "").isdecimal() else ""


def _refuse_unstorable(value: Any, path: str = "") -> None:
    """Refuse texts that neither database stores: with NUL characters, or halves of a character.

    Recursion is bounded, because the parser refuses deeply nested documents.
    """
    match value:
        case str():
            if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
                raise _invalid({path or "body": "Contains characters that can’t be stored."})
        case dict():
            for key, each in value.items():
                _refuse_unstorable(key, path)
                _refuse_unstorable(each, f"{path}.{key}" if path else key)
        case list():
            for position, each in enumerate(value):
                if not isinstance(each, int | float):
                    _refuse_unstorable(each, f"{path}.{position}")
