"""Settings > API reference shows every operation and schema of the OpenAPI document."""

import re
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

from app.platform.api.document import document
from app.platform.api.operations import spec
from app.platform.api.reference import reference, texts_of
from tests.people import Person


def test_the_page_shows_all_operations_and_schemas(app: Flask, vera: Person) -> None:
    answer = vera.get("/settings/api")
    assert answer.status_code == 200
    with app.app_context():
        known = document(app)
    shown = re.findall(r'<details class="api-entry" id="([^"]+)"', answer.text)
    ids = [one["operationId"] for methods in known["paths"].values() for one in methods.values()]
    assert sorted(shown) == sorted(ids + [f"schema-{name}" for name in known["components"]["schemas"]])
    assert set(re.findall(r'href="#([^"]+)"', answer.text)) - {"main"} <= set(shown)
    assert "`" not in re.sub(r"<pre.*?</pre>", "", answer.text, flags=re.DOTALL)


@pytest.mark.one_database
def test_threads_may_ask_first_at_the_same_time(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        known = document(app)
    monkeypatch.delattr(spec, "_spec")
    spec.models.clear()
    every = Barrier(8)

    def ask(_number: int) -> dict[str, Any]:
        every.wait()
        with app.app_context():
            return document(app)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(0.00001)
    try:
        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(ask, range(8))) == [known] * 8
    finally:
        sys.setswitchinterval(interval)


def test_only_what_a_form_can_send_can_be_tried(app: Flask) -> None:
    with app.app_context():
        tags = reference(document(app)).tags
    cannot = {one.id for operations in tags.values() for one in operations if not one.can_try}
    assert cannot == {"create_upload", "follow_job_events"}


def test_types_and_texts_are_readable(app: Flask) -> None:
    with app.app_context():
        known = reference(document(app))
    [clone] = [one for operations in known.tags.values() for one in operations if one.id == "clone_template"]
    first = clone.members[0]
    assert (first.name, first.place, first.is_required) == ("id", "path", True)
    assert clone.body and clone.body.schema == "CloneOptions" and '"Spring leads"' in clone.example
    assert (clone.answers[0].status, clone.answers[0].kind.schema) == ("201", "Clone")
    [job] = [one for one in known.schemas if one.name == "Job"]
    kinds = {one.name: one.kind.words for one in job.members}
    assert (kinds["total"], kinds["workflow_id"], kinds["tags"]) == (
        "integer",
        "string or null",
        "array of string",
    )
    assert texts_of("Send `a` to\nb.\n\nThen c.") == [
        [("Send ", False), ("a", True), (" to b.", False)],
        [("Then c.", False)],
    ]


def test_it_is_linked_from_the_tokens(alice: Person) -> None:
    assert 'href="/settings/api"' in alice.get("/settings/tokens").text


def test_examples_have_the_address_of_the_installation(alice: Person) -> None:
    for host in ("localhost:8001", "localhost:8002", "localhost:8001"):
        text = alice.get("/settings/api", base_url=f"http://{host}").text
        assert set(re.findall(r"http://(localhost[:\d]*)/api/v1/", text)) == {host}
