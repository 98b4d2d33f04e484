"""`operation` turns a view into an operation of the API.

SpecTree collects operations for the OpenAPI document. Requests are read here instead of by SpecTree, which
takes a missing or malformed JSON body for an empty object and loads streamed responses into memory.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from hashlib import sha256
from typing import Any, Final, get_type_hints

from flask import Blueprint, Response, current_app, request
from pydantic import BaseModel
from spectree import Response as Responses
from spectree import SpecTree

from app.platform.api import bodies
from app.platform.api.schemas import Options, Problem, Query, Schema

PREFIX: Final = "/api/v1"
JSON: Final = "application/json"

View = Callable[..., Any]
Result = Schema | Response | tuple[Schema | None, int] | tuple[Schema | None, int, Mapping[str, str]] | None


def _component(model: Any) -> str:
    """Return the name of a schema in the document: `Page[Job]` becomes `PageOfJob`."""
    return re.sub(r"\W+", "Of", model.__name__.rstrip("]"))


class _Document(SpecTree):
    """SpecTree that makes the schemas of models when the document is requested, not at every start."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._waiting: dict[str, tuple[Any, Any]] = {}

    def _add_model(self, model: Any, mode: Any = "validation") -> str:
        name = self.naming_strategy(model)
        self._waiting[name] = model, mode
        return name

    def _generate_spec(self) -> dict[str, Any]:
        for model, mode in self._waiting.values():
            super()._add_model(model, mode)
        return super()._generate_spec()


spec = _Document(
    "flask",
    mode="strict",
    annotations=False,
    title="Muster API",
    version="1",
    naming_strategy=_component,
    nested_naming_strategy=lambda _parent, child: child.replace("_", "Of").rstrip("Of"),
    validation_error_model=Problem,
)


@dataclass(frozen=True)
class Operation:
    """What the OpenAPI document says about an operation beyond its schemas.

    `permission` is the scope it needs, `media_type` that of a successful response, `upload` the media types
    of a body that is a file, `says` {status: description} where it says more than others do.
    """

    id: str
    permission: str | None = None
    is_idempotent: bool = False
    is_conditional: bool = False
    has_body: bool = False
    needs_body: bool = True
    media_type: str = JSON
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    upload: Sequence[str] = ()
    says: Mapping[int, str] = field(default_factory=dict)


def blueprint(name: str) -> Blueprint:
    """Return a blueprint for operations of a room. Requests have tokens, so forged forms do no harm."""
    from app.platform.web import csrf  # which reports errors of the API, too

    made = Blueprint(f"api_{name}", __name__, url_prefix=PREFIX)
    csrf.exempt(made)
    made.after_request(_without_default_type)
    return made


def _without_default_type(answer: Response) -> Response:
    """Remove the default media type, HTML, from responses without a body (204, OPTIONS)."""
    if answer.mimetype == "text/html":
        del answer.headers["Content-Type"]
    return answer


def operation(
    tag: str,
    answer: type[Schema] | None = None,
    *,
    status: int = 200,
    permission: str | None = None,
    idempotent: bool = False,
    conditional: bool = False,
    media_type: str = JSON,
    headers: Mapping[str, str] | None = None,
    upload: Sequence[str] = (),
    errors: Sequence[int] = (),
    says: Mapping[int, str] | None = None,
) -> Callable[[View], View]:
    """Declare a view as an operation; its docstring is the documentation, its name the operation id.

    A parameter `query` gets the query parameters, `body` the JSON body, each as the model of its annotation.
    The view returns a Schema, (Schema, status), (Schema, status, headers), a Response, or None.

    `permission` is checked before the body is read. An `idempotent` operation runs once per
    `Idempotency-Key`. A `conditional` one respects `If-Match`: its use case calls `raise_if_changed`.
    `headers` are {name: description} of its own response headers, `errors` further statuses it answers with.
    `says` is {status: description} of statuses that it describes in its own words; those under 400 have no
    body.
    """
    own = dict(says or {})

    def mark(view: View) -> View:
        hints = get_type_hints(view)
        query: type[BaseModel] = hints.get("query", Query)
        body: type[BaseModel] | None = hints.get("body")
        documented = spec.validate(
            query=query,
            json=body,
            resp=_responses(answer, status, {*own, *errors, *_errors_of(view, body, conditional)}),
            tags=[tag],
            operation_id=view.__name__,
        )(view)

        @wraps(documented)
        def run(**arguments: Any) -> Response:
            parameters = bodies.read_query(query)
            if "query" in hints:
                arguments["query"] = parameters
            if body is not None:
                arguments["body"] = bodies.read_json(body)
            elif not upload and request.method not in ("GET", "HEAD"):
                bodies.refuse_body()

            def result() -> Response:
                return _response(view(**arguments), status)

            return _answered_once(result, arguments.get("body")) if idempotent else result()

        marked: Any = run
        marked.permission = permission
        marked.operation = Operation(
            id=view.__name__,
            permission=permission,
            is_idempotent=idempotent,
            is_conditional=conditional,
            has_body=body is not None or bool(upload),
            needs_body=body is None or not issubclass(body, Options),
            media_type=media_type,
            status=status,
            headers=headers or {},
            upload=upload,
            says=own,
        )
        return run

    return mark


def _answered_once(answer: Callable[[], Response], body: BaseModel | None) -> Response:
    """Return the first answer to requests with the same `Idempotency-Key`, or the answer to one without."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return answer()
    sent = "" if body is None else body.model_dump_json()
    fingerprint = sha256(f"{request.method} {request.full_path}\n{sent}".encode()).hexdigest()
    once: Callable[..., Response] = current_app.extensions["answer_once"]
    return once(key, fingerprint, answer)


def _errors_of(view: View, body: Any, conditional: bool) -> set[int]:
    """Return the statuses of errors that an operation can have by its kind."""
    found = {401, 403, 422, 429, 500, 503}
    if any(name.endswith("_id") for name in view.__annotations__):
        found.add(404)
    if body is not None:
        found |= {413, 415}
    if conditional:
        found.add(412)
    return found


def _responses(answer: type[Schema] | None, status: int, others: set[int]) -> Responses:
    known: dict[str, Any] = {f"HTTP_{code}": Problem if code >= 400 else None for code in sorted(others)}
    return Responses(**(known | {f"HTTP_{status}": answer}))


def _response(result: Any, status: int) -> Response:
    if isinstance(result, Response):
        return result
    schema, code, headers = result, status, {}
    if isinstance(result, tuple):
        schema, code, headers = (*result, {})[:3]
    content = schema.model_dump_json() if schema is not None else ""
    answer = Response(content, status=code, mimetype=JSON if content else None)
    answer.headers.update(headers)
    return answer
