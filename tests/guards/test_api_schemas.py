"""Generated requests for every operation: no error of ours, and every response as the document says."""

from dataclasses import replace
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.guards.api_operations import one_of_everything
from tests.people import Program

CASES = 4  # per operation
STREAMS = ("/events",)  # a process of its own answers them
CONFORMS = [response_schema_conformance, content_type_conformance, status_code_conformance]

quickly = settings(
    max_examples=CASES,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)


def test_generated_requests(app: Flask, program: Program) -> None:
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, api_requests_per_minute=0)
    ids = one_of_everything(program)
    wrong: dict[str, str] = {}
    statuses: set[int] = set()
    try:
        for found in schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app).get_all_operations():
            operation = found.ok()
            if not operation.path.endswith(STREAMS):
                _try(operation, program, ids, wrong, statuses)
    finally:
        app.extensions["settings"] = before
    assert not wrong, "\n".join(f"{where}: {what}" for where, what in wrong.items())
    assert {200, 404, 422} <= statuses


def _try(
    operation: Any, program: Program, ids: dict[str, Any], wrong: dict[str, str], statuses: set[int]
) -> None:
    """Send generated requests, most of them with ids that exist."""
    collection = operation.path.partition("/{")[0].rpartition("/")[2]
    sent = 0

    @quickly
    @given(case=operation.as_strategy())
    def send(case: Case) -> None:
        nonlocal sent
        sent += 1
        if sent % 4 and operation.method.upper() != "DELETE" and collection in ids:
            for name in case.path_parameters or {}:
                case.path_parameters[name] = ids["versions"] if name == "number" else ids[collection]
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {program.token}"}
        answer = case.call()
        statuses.add(answer.status_code)
        if answer.status_code >= 500:
            wrong.setdefault(operation.label, f"{answer.status_code} {case.as_curl_command()[:500]}")
            return
        try:
            case.validate_response(answer, checks=CONFORMS)
        except Exception as failure:
            wrong.setdefault(operation.label, f"{failure} {case.as_curl_command()[:300]}"[:1500])

    send()
