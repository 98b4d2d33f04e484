"""The OpenAPI 3.1 document, at `/api/v1/openapi.json`."""

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any, Final

from flask import Blueprint, Flask, Response, current_app

from app.platform.api.operations import PREFIX, Operation, spec
from app.platform.problems import MEDIA_TYPE
from app.platform.web import skip_authentication

blueprint = Blueprint("api_document", __name__, url_prefix=PREFIX)

DESCRIPTION: Final = """\
Workflow templates, workflows, contacts, and bulk enrollment as JSON over HTTP.

Send an API token (Settings > API tokens) in the header `Authorization: Bearer TOKEN`. Times are in UTC
(ISO 8601).
Lists are pages: pass `next_cursor` as `cursor`, or follow the `Link` header, to get the next one. Errors are
`application/problem+json` with a stable `code`. POST requests that create something accept an
`Idempotency-Key`: repeated with the same key and body within 24 hours, they return the first response again.
An error that can be confirmed names in `confirm` the option to send with the next request.
"""
MULTIPART: Final = "multipart/form-data"
FORM: Final = {
    "type": "object",
    "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
    "required": ["file"],
}
RATE_HEADERS: Final = {
    "RateLimit": "Requests left in this window, and seconds until it ends.",
    "RateLimit-Policy": "Requests per window, and its length in seconds.",
}


@blueprint.get("/openapi.json")
@skip_authentication
def openapi() -> Response:
    return Response(_document_text(current_app._get_current_object()), mimetype="application/json")  # type: ignore[attr-defined]


@cache
def _document_text(app: Flask) -> str:
    return json.dumps(document(app))


def document(app: Flask) -> dict[str, Any]:
    """Return the OpenAPI document of all operations."""
    spec.app = app
    made: dict[str, Any] = deepcopy(spec.spec)
    made["info"]["description"] = DESCRIPTION
    made["servers"] = [{"url": "/"}]
    made["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    made["security"] = [{"token": []}]
    known = {operation.id: operation for operation in _operations(app)}
    for methods in made["paths"].values():
        for described in methods.values():
            _complete(described, known[described["operationId"]])
    return made


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
            _header("Idempotency-Key", "Makes a repeated request return the first response.", 255)
        )
    if operation.is_conditional:
        described["parameters"].append(
            _header("If-Match", "The `ETag` of the version that you have read.", 200)
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
    headers = dict(RATE_HEADERS)
    if status >= 400:
        response["content"] = {MEDIA_TYPE: content["application/json"]}
    else:
        headers |= operation.headers
        if operation.media_type != "application/json":
            response["content"] = {operation.media_type: {"schema": {"type": "string"}}}
    response["headers"] = {
        name: {"description": text, "schema": {"type": "string"}} for name, text in headers.items()
    }


def _header(name: str, text: str, length: int) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "maxLength": length}
    return {"name": name, "in": "header", "required": False, "description": text, "schema": schema}
