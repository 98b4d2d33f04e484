"""The OpenAPI 3.1 document, at `/api/v1/openapi.json`."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any, Final

from flask import Blueprint, Flask, Response, current_app

from app.platform.api.example_ids import JOB_ID
from app.platform.api.examples import add_examples
from app.platform.api.operations import PREFIX, Operation, spec
from app.platform.one_at_a_time import one_at_a_time
from app.platform.web import skip_authentication
from app.platform.web.errors.problems import MEDIA_TYPE

blueprint = Blueprint("api_document", __name__, url_prefix=PREFIX)

DESCRIPTION: Final = """\
Workflow templates, workflows, contacts, and bulk enrollment as JSON over HTTP.

Send an API token (Settings > API tokens) in the header `Authorization: Bearer TOKEN`. Times are in UTC
(ISO 8601), and JSON bodies have up to 3 MB.

Lists are pages: pass `next_cursor` as `cursor`, or follow the `Link` header, to get the next one.

Errors are `application/problem+json` with a stable `code`, and `fields` where the input is wrong. An error
that can be confirmed names in `confirm` the option to send with the next request.

Operations that create something, except uploads, accept an `Idempotency-Key`: repeated with the same key and
body within 24 hours, they return the first response again.
"""
MULTIPART: Final = "multipart/form-data"
FORM: Final = {
    "type": "object",
    "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
    "required": ["file"],
}
ERRORS: Final = {
    400: "More than a limit allows: `code` says which, with `limit` and `count`.",
    401: "No token, or one that is wrong, expired, or revoked.",
    403: "The token’s scopes, or the role of its user, don’t allow it.",
    404: "It doesn’t exist in this account.",
    409: "Not possible in the present state. With the code `CONFIRMATION_NEEDED`, `confirm` names the option "
    "that accepts it.",
    412: "It was changed since the version in `If-Match` was read.",
    413: "The body is too large.",
    415: "The body is not of a type that is accepted.",
    422: "The input isn’t valid: `fields` says what is wrong with which field.",
    429: "The rate limit, or another limit of the account, is reached.",
    500: "An error in Muster, with `incident`, its number in the log.",
    503: "Muster is overloaded or restarting. Repeat the request after `Retry-After` seconds.",
    507: "The server’s disk is full.",
}
SUCCESSES: Final = {
    200: "Success.",
    201: "Created.",
    202: "Accepted; the work continues in the background.",
    204: "Success, without a body.",
}
ID_EXAMPLES: Final = {"string": JOB_ID, "integer": 42}
_VARIABLE: Final = re.compile(r"{(\w+)}")
RATE_HEADERS: Final = {
    "RateLimit": "Requests left in this window, and seconds until it ends.",
    "RateLimit-Policy": "Requests per window, and its length in seconds.",
}


@blueprint.get("/openapi.json")
@skip_authentication
def openapi() -> Response:
    return Response(_document_text(current_app._get_current_object()), mimetype="application/json")  # type: ignore[attr-defined]


@one_at_a_time
@cache
def _document_text(app: Flask) -> str:
    return json.dumps(document(app))


@one_at_a_time  # because SpecTree changes what it looks through
def document(app: Flask) -> dict[str, Any]:
    """Return the OpenAPI document of all operations."""
    spec.app = app
    made: dict[str, Any] = deepcopy(spec.spec)
    made["info"]["description"] = DESCRIPTION
    made["servers"] = [{"url": "/"}]
    made["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    made["security"] = [{"token": []}]
    known = {operation.id: operation for operation in _operations(app)}
    made["paths"] = {_public(path): methods for path, methods in made["paths"].items()}
    for path, methods in made["paths"].items():
        for described in methods.values():
            for parameter in described["parameters"]:
                if parameter["in"] == "path":
                    _describe_id(parameter, path)
            _complete(described, known[described["operationId"]])
    add_examples(made["components"]["schemas"])
    return made


def _public(path: str) -> str:
    """Return a path whose ids are all called `{id}`."""
    return _VARIABLE.sub(lambda found: f"{{{_public_name(found[1])}}}", path)


def _public_name(variable: str) -> str:
    return "id" if variable.endswith("_id") else variable


def _describe_id(parameter: dict[str, Any], path: str) -> None:
    """Describe a part of a path by the collection in front of it: `jobs/{id}` is the ID of the job."""
    name = parameter["name"] = _public_name(parameter["name"])
    collection = path.partition(f"/{{{name}}}")[0].rpartition("/")[2]
    one = collection.removesuffix("s").replace("-", " ")
    what = {"id": f"ID of the {one}.", "number": f"Number of the {one}."}
    parameter["description"] = what.get(name, f"Number of the {name}.")
    schema = parameter["schema"]
    schema["examples"] = [ID_EXAMPLES[schema["type"]] if name == "id" else 1]
    if schema["type"] == "integer":
        schema["minimum"] = 1


def _operations(app: Flask) -> Iterator[Operation]:
    for view in app.view_functions.values():
        operation = getattr(view, "operation", None)
        if operation is not None:
            yield operation


def _complete(described: dict[str, Any], operation: Operation) -> None:
    """Add what SpecTree does not know: media types, headers, and the scope that a token needs."""
    if operation.permission:
        needs = f"Needs the scope `{operation.permission}`."
        described["description"] = "\n\n".join(filter(None, (described["description"], needs)))
    if operation.is_idempotent:
        described["parameters"].append(
            _header(
                "Idempotency-Key",
                "A key of your choice, up to 255 characters. A request repeated with it within 24 hours gets "
                "the first response again, and does nothing.",
                255,
                "spring-leads-1",
            )
        )
    if operation.is_conditional:
        described["parameters"].append(
            _header(
                "If-Match",
                "The `ETag` of the version that you have read. With a newer one, the change is refused.",
                200,
                '"1f0a2b3c4d5e6f708192"',
            )
        )
    if operation.media_type == "text/event-stream":
        described["parameters"].append(
            _header("Last-Event-ID", "ID of the last event that has been received.", 64, "end")
        )
    if not operation.needs_body:
        described["requestBody"]["required"] = False
    if operation.upload:
        described["requestBody"] = {
            "required": True,
            "content": {
                kind: {"schema": FORM if kind == MULTIPART else {"type": "string", "contentMediaType": kind}}
                for kind in operation.upload
            },
        }
    for status, response in described["responses"].items():
        _complete_response(int(status), response, operation)


def _complete_response(status: int, response: dict[str, Any], operation: Operation) -> None:
    content = response.get("content", {})
    response["description"] = operation.says.get(status) or (ERRORS | SUCCESSES)[status]
    if status == 404 and operation.has_body and not operation.upload:
        response["description"] += " For an ID in the body, `fields` says which."
    headers = dict(RATE_HEADERS)
    if status >= 400:
        response["content"] = {MEDIA_TYPE: content["application/json"]}
    else:
        headers |= operation.headers
        if operation.media_type != "application/json":
            kind = "object" if operation.media_type == "application/yaml" else "string"
            response["content"] = {operation.media_type: {"schema": {"type": kind}}}
    response["headers"] = {
        name: {"description": text, "schema": {"type": "string"}} for name, text in headers.items()
    }


def _header(name: str, text: str, length: int, example: str) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "maxLength": length, "examples": [example]}
    return {"name": name, "in": "header", "required": False, "description": text, "schema": schema}
