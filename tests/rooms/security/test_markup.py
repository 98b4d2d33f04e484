"""XSS: hostile text in every input never becomes an element, attribute, or URL on any page."""

import csv
import html
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from app.gallery.infrastructure.tables import WorkflowTemplate
from app.platform.database import session
from tests.people import Person

HOSTILE = "\"'><evil onload=1 hx-get=/x>{{7*7}}<b>"
LINKS = (
    "[a](javascript:alert(1)) [b](data:text/html,x) ![c](javascript:1) <img src=x onerror=1> [d](vbscript:1) "
    '[e](https://example.com/"onload=1) <javascript:alert(1)> [f](&#106;avascript:1) [g](\tjava\nscript:1)'
    "\n\n"
    "```evil onload=1\ncode\n```\n\n[h]: javascript:1\n[h]"
)
RUNS = re.compile(r"\s*(javascript|data|vbscript):", re.IGNORECASE)


class Looker(HTMLParser):
    """Collects elements, attributes, and URLs that hostile text would create."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        wrong = [name for name, value in attrs if name.startswith("on") or RUNS.match(value or "")]
        if tag == "evil" or wrong or "style" in dict(attrs):
            self.found.append(f"<{tag} {attrs}>")


def is_harmless(answer: TestResponse) -> bool:
    assert answer.status_code < 500
    looker = Looker()
    looker.feed(answer.text)
    assert not looker.found, looker.found
    return True


@pytest.fixture
def contact(alice: Person) -> str:
    alice.post("/settings", {"account_name": HOSTILE, "time_zone": "UTC", "country": "DE"})
    texts = dict.fromkeys(("first_name", "last_name", "company", "city", "country", "tags"), HOSTILE)
    fixed = {"email": "a@example.com", "consent_basis": "opt_in", "consent_source": HOSTILE}
    answer = alice.post("/contacts", texts | fixed)
    assert answer.status_code == 303
    return str(answer.headers["Location"])


@pytest.fixture
def workflow(app: Flask, alice: Person, contact: str) -> str:
    with app.app_context():
        query = sa.select(WorkflowTemplate.public_id).where(
            WorkflowTemplate.account_id.is_(None), WorkflowTemplate.key == "new-lead-welcome"
        )
        template = session().scalar(query)
    clone = {"name": HOSTILE, "idempotency_key": HOSTILE, "switch_off": "1"}
    answer = alice.post(f"/templates/{template}/clone", clone)
    assert answer.status_code == 303
    page = str(answer.headers["Location"])
    described = {"name": HOSTILE, "description": HOSTILE, "revision": "1"}
    assert alice.post(page, described).status_code == 303
    return page


@pytest.fixture
def job(alice: Person, workflow: str, run_tasks: Callable[[], bool]) -> str:
    """URL of a job whose file has a hostile name, header, and cells."""
    assert alice.post(f"{workflow}/activation", {"confirmed": "1"}).status_code == 303
    text = io.StringIO()
    rows = [["b@example.com", HOSTILE, "=1+1"], [HOSTILE, HOSTILE, "@x"], ["a@example.com", "-1", "\t=1"]]
    csv.writer(text).writerows([["Email", HOSTILE, "=cmd"], *rows])
    file = {"file": (io.BytesIO(text.getvalue().encode()), "'><evil onload=1>.csv")}
    answer = alice.post(f"{workflow}/enroll", file, content_type="multipart/form-data")
    mapping = str(answer.headers["Location"])
    chosen = {"column-0": "email", "column-1": f"custom:{HOSTILE}", "column-2": "last_name", "tags": HOSTILE}
    chosen |= {"missing": "create", "existing": "overwrite", "consent_basis": "opt_in", "once": HOSTILE}
    for act in ("nothing", "fix-addresses", "check"):
        answer = alice.post(mapping, chosen | {"act": act})
        assert is_harmless(answer)
    run_tasks()
    assert is_harmless(alice.get(answer.headers["Location"]))
    assert is_harmless(alice.get(mapping))
    assert is_harmless(alice.post(f"{mapping}/checkup", chosen))
    assert is_harmless(alice.post(mapping, dict.fromkeys(chosen, HOSTILE) | {"act": "start"}))
    answer = alice.post(mapping, chosen | {"act": "start"})
    assert answer.status_code == 303
    run_tasks()
    return str(answer.headers["Location"])


def test_pages_show_it_as_text(alice: Person, vera: Person, contact: str, workflow: str, job: str) -> None:
    assert HOSTILE not in alice.get(contact).text
    for address in pages(contact, workflow, job):
        for person in (alice, vera):
            assert is_harmless(person.get(address)), address


def test_every_page_that_links_lead_to_shows_it_as_text(
    app: Flask, alice: Person, contact: str, workflow: str, job: str
) -> None:
    """Each page of the app that a person can get to by links, up to three of a kind."""
    in_city = {"all": [{"field": "contact.city", "op": "contains", "value": HOSTILE}]}
    alice.post("/contacts/segments", {"name": HOSTILE, "filter": json.dumps(in_city)})
    alice.post("/settings/fields", {"label": f"Field {HOSTILE}", "kind": "choice", "choices": HOSTILE})
    alice.post("/settings/tokens", {"name": HOSTILE, "scopes": ["report:view"], "days": "30"})
    alice.post("/settings/webhook", {"url": "https://example.com/?'><evil"})
    alice.post(f"{job}/fix/sheet")
    alice.post(f"{job}/undo/figures")
    selected = alice.post("/contacts/selections", {"q": "", "all": "1"}).location
    tagged = alice.post(f"{selected}/tags", {"add-tag": HOSTILE}).location
    unclear = alice.post("/contacts/selections/pasted", {"entries": HOSTILE})
    assert unclear.status_code == 422 and is_harmless(unclear)
    waiting = [contact, f"{job}/fix", f"{job}/undo", selected, tagged, "/contacts/segments", "/settings"]
    seen: Counter[str] = Counter()
    known = set(waiting)
    while waiting:
        page = alice.get(waiting.pop(), buffered=True)
        if page.mimetype != "text/html":
            continue
        assert is_harmless(page), page.request.path
        for link in map(html.unescape, re.findall(r'href="(/[^"#]*)', page.text)):
            endpoint, _ = app.url_map.bind("").match(link.partition("?")[0], method="GET")
            if link not in known and seen[endpoint] < 3 and not link.startswith("/static"):
                seen[endpoint] += 1
                known.add(link)
                waiting.append(link)
    assert len(seen) >= 45, sorted(seen)


def pages(contact: str, workflow: str, job: str) -> Iterator[str]:
    yield from ("/", "/home/work", "/activity", "/contacts", "/contacts/import", "/enrollments", "/workflows")
    yield from (
        "/templates",
        "/settings",
        "/settings/limits",
        "/settings/integrations",
        "/enrollments/running",
    )
    yield from (contact, f"{contact}/edit", workflow, f"{workflow}/edit", f"{workflow}/people")
    yield from (f"{workflow}/enroll", job, f"{job}/panel", f"{job}?code=VALIDATION_ERROR")
    hostile = quote(HOSTILE)
    yield f"/{hostile}"
    yield from (
        f"/contacts/new?email={hostile}",
        f"{job}?q={hostile}&sort={hostile}",
        f"/sign-in?next={hostile}",
    )
    for name in ("q", "tag", "status", "sort", "category", "step", "person", "from", "workflow", "kind"):
        yield from (
            f"{place}?{name}={hostile}" for place in ("/contacts", "/workflows", "/templates", "/activity")
        )


@pytest.mark.one_database
def test_messages_show_it_as_text(alice: Person, workflow: str) -> None:
    steps = set(re.findall(rf"{workflow}/steps/[a-z0-9_-]+", alice.get(workflow).text))
    assert steps
    names = ("subject", "preheader", "text", "amount", "unit", "revision")
    for body in (HOSTILE, HOSTILE.replace("{{7*7}}", "") + "{{ account.name }}\n\n" + LINKS):
        for step in steps:
            sent = dict.fromkeys(names, HOSTILE) | {"body": body}
            assert is_harmless(alice.post(f"{step}/preview", sent))
            assert is_harmless(alice.post(step, sent))
            assert is_harmless(alice.get(step))


@pytest.mark.one_database
def test_a_download_runs_nothing(alice: Person, job: str) -> None:
    answer = alice.get(f"{job}/rows.csv")
    cells = [cell for row in csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))) for cell in row]
    assert "'=cmd" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))]
    assert answer.headers["Content-Disposition"].startswith("attachment;")
