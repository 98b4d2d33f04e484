"""Lists whose items are documents rather than objects of the schema say exactly what the schema would."""

import json
from typing import Any

from flask import Flask

from app.bulk_enrollment.presentation.api.schemas import Job
from app.contacts.presentation.api.schemas import Contact, ListedContact
from app.gallery.presentation.api_schemas import Template
from app.platform.api.schemas import Page
from app.workflows.presentation.api_schemas import Workflow
from tests.guards.api_operations import one_of_everything
from tests.people import Program

LISTS: list[tuple[str, Any]] = [
    ("/bulk-enrollment/jobs", Job),
    ("/workflows", Workflow),
    ("/workflow-templates?limit=100", Template),
    ("/contacts", Contact),
    ("/contacts?fields=tags,consent,created_at", ListedContact),
]


def test_documents_are_those_of_the_schema(app: Flask, program: Program) -> None:
    one_of_everything(program)
    for path, schema in LISTS:
        answer = program.get(path)
        assert answer.json["data"], path
        made = Page[schema].model_validate_json(answer.text)  # type: ignore[valid-type]
        assert json.loads(made.model_dump_json(exclude_unset=True)) == answer.json, path
        assert made.model_dump_json(exclude_unset=True) == answer.text, path
