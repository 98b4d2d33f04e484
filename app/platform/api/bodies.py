"""Reading what a program sends: JSON bodies and query parameters, strictly."""

from typing import Any, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import UnsupportedMediaType

from app.platform.api.schemas import Options
from app.platform.errors import Invalid
from app.platform.strict_json import NotStrict, check_storable, parse_json

Model = TypeVar("Model", bound=BaseModel)

MAX_FIELDS_NAMED = 25
_UNREADABLE = "The body isn’t valid JSON."
_LONGEST_NOTHING = 64  # bytes of a body that says nothing
_TAKES_NO_BODY = "This operation takes no body. Send its parameters in the URL."
_SENTENCES = {
    "missing": "This field is required.",
    "extra_forbidden": "Unknown field.",
    "string_type": "Must be text.",
    "string_too_short": "Must have at least {min_length} characters.",
    "string_pattern_mismatch": "Must match the pattern {pattern}.",
    "string_too_long": "Must have at most {max_length} characters.",
    "int_type": "Must be a whole number.",
    "int_parsing": "Must be a whole number.",
    "int_from_float": "Must be a whole number.",
    "int_parsing_size": "Must be a whole number of up to 19 digits.",
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
    "datetime_from_date_parsing": "Must be a time such as 2026-03-01T09:00:00Z.",
    "datetime_parsing": "Must be a time such as 2026-03-01T09:00:00Z.",
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
        document = parse_json(sent)
    except NotStrict as wrong:
        is_all = not wrong.where
        sentence = f"{_UNREADABLE} {wrong.sentence}" if is_all else wrong.sentence
        raise _invalid({wrong.where or "body": sentence}) from None
    if not isinstance(document, dict):
        raise _invalid({"body": "Must be a JSON object."})
    return _validated(model, document)


def refuse_body() -> None:
    """Raise Invalid if the request has a body other than an empty object: what it says would be ignored, and
    a job would be retried as a whole although only some rows were meant."""
    length = request.content_length
    if length is None and not request.environ.get("wsgi.input_terminated"):
        return
    if (length or 0) > _LONGEST_NOTHING or request.get_data(cache=False).strip() not in (b"", b"{}"):
        raise _invalid({"body": _TAKES_NO_BODY})


def read_query(model: type[Model]) -> Model:
    """Return the query parameters. A parameter of a list may be repeated. Raises Invalid with `fields`."""
    values: dict[str, Any] = {}
    for name, given in request.args.lists():
        field = model.model_fields.get(name)
        takes_many = field is not None and getattr(field.annotation, "__origin__", None) in (list, tuple)
        if len(given) > 1 and not takes_many:
            raise _invalid({name: "This parameter is given more than once."})
        values[name] = given if takes_many else given[0]
    try:
        check_storable(values)
    except NotStrict as wrong:
        raise _invalid({wrong.where: wrong.sentence}) from None
    return _validated(model, values)


def _validated(model: type[Model], values: dict[str, Any]) -> Model:
    try:
        return model.model_validate(values)
    except ValidationError as wrong:
        fields: dict[str, str] = {}
        for one in wrong.errors(include_url=False, include_input=False)[:MAX_FIELDS_NAMED]:
            place = (*one["loc"], "type") if one["type"].startswith("union_tag_") else one["loc"]
            fields.setdefault(_path(place, values) or "body", _sentence(one))
        raise _invalid(fields) from None


def _path(place: tuple[int | str, ...], sent: Any) -> str:
    """Return the path of a value in what was sent. Pydantic also names the kind of an object by its `type`,
    and the keys of objects, which are no part of it."""
    path: list[str] = []
    known: Any = None
    for part in place:
        if isinstance(sent, dict) and sent is not known and sent.get("type") == part:
            known = sent
            continue
        if part == "[key]":
            continue
        path.append(str(part))
        if isinstance(sent, dict):
            sent = sent.get(part)
        elif isinstance(sent, list) and isinstance(part, int):
            sent = sent[part] if part < len(sent) else None
    return ".".join(path)


def _invalid(fields: dict[str, str]) -> Invalid:
    name, sentence = next(iter(fields.items()))
    return Invalid("VALIDATION_ERROR", f"{name[:120]}: {sentence}", fields=fields)


def _sentence(error: Any) -> str:
    if error.get("ctx", {}).get("min_length") == 1:
        return "Must not be empty."
    known = _SENTENCES.get(error["type"])
    if known is not None:
        return known.format_map({"expected": "", "expected_tags": ""} | error.get("ctx", {}))
    text: str = error["msg"].removeprefix("Value error, ")
    return text if text.endswith(".") else f"{text}."
