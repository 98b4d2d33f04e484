"""A destination that nobody has thought of gets the pages of a file, and files know nothing of it."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from markupsafe import Markup
from wtforms import StringField

from app import create_app
from app.accounts.domain import Actor
from app.files import application as files
from app.files.application import destinations
from app.platform.database import db
from app.platform.errors import NotFound
from tests.people import Person, sign_in
from tests.services.databases import Database

LIST = b"Name,E-mail\nAnn Lee,ann@example.com\nBob Ray,bob@example.com\n"
TAKEN: list[tuple[str, dict[int, str], str]] = []


def greeting_field() -> type:
    class Greeting:
        greeting = StringField("Greeting")

    return Greeting


@dataclass(frozen=True)
class Postcards:
    """Writes postcards of one kind to everybody in a file."""

    motif: str
    title: str = "Send postcards"
    action: str = "Postcards"
    place: str = "contacts"
    crumbs: tuple[tuple[str, str], ...] = (("Contacts", "/contacts"),)
    most_rows: int = 5
    kept: Mapping[str, str] = field(default_factory=dict)
    is_closed: bool = False

    def with_upload(self, _upload: files.Upload) -> "Postcards":
        return self

    def upload_notices(self) -> str:
        return Markup("<p>Postcards with {}</p>").format(self.motif)

    def notices(self, _upload: files.Upload, _refusal: Any) -> files.Notices:
        return files.Notices(Markup("<p>The office is {}</p>").format("closed" if self.is_closed else "open"))

    def remembered(self, _upload: files.Upload, _query: Mapping[str, str]) -> files.Remembered | None:
        return None

    def first_values(self, _newcomers: Any) -> Mapping[str, Any]:
        return {"greeting": "Hello"}

    def options(self, form: Any, _newcomers: Any) -> str:
        return Markup(form.greeting())

    def read(
        self, form: Any, _upload: files.Upload, _choices: files.FileChoices
    ) -> tuple[str, dict[str, str]]:
        return form.greeting.data, {} if form.greeting.data else {"greeting": "Write a greeting."}

    def check(self, _upload: files.Upload, _choices: files.FileChoices, _greeting: str) -> str:
        return "/contacts"

    def start(
        self, upload: files.Upload, choices: files.FileChoices, greeting: str, idempotency_key: str
    ) -> str:
        assert idempotency_key
        rows = {row.number: row.cells[1] for row in files.rows(upload)}
        TAKEN.append((greeting, rows, choices.identifier))
        return f"/contacts?sent={upload.rows}"

    def act(self, name: str) -> "Postcards | None":
        return Postcards(self.motif, is_closed=True) if name == "close" else None


def open_postcards(_actor: Actor, at: Mapping[str, Any], _query: Mapping[str, str]) -> Postcards:
    if at["motif"] != "lighthouse":
        raise NotFound("NOT_FOUND", "We have no such postcard.")
    return Postcards(at["motif"])


@pytest.fixture
def at_the_post_office(app: Any, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Person]:
    """Bob, in an app with one more destination."""
    monkeypatch.delitem(destinations._kinds, "postcards", raising=False)
    files.register_destination(
        files.DestinationKind("postcards", "/postcards/<motif>", open_postcards, greeting_field)
    )
    bigger = create_app(database.settings())
    TAKEN.clear()
    yield sign_in(bigger, "bob")
    with bigger.app_context():
        db.session.remove()
        db.engine.dispose()


def test_a_made_up_destination_gets_the_whole_way(at_the_post_office: Person) -> None:
    bob = at_the_post_office
    page = bob.get("/postcards/lighthouse")
    assert "Send postcards" in page.text and "Postcards with lighthouse" in page.text
    sent = bob.post(
        "/postcards/lighthouse", {"file": (io.BytesIO(LIST), "list.csv")}, content_type="multipart/form-data"
    )
    address = sent.headers["Location"]
    assert sent.status_code == 303 and address.startswith("/postcards/lighthouse/")
    page = bob.get(address)
    assert 'name="greeting"' in page.text and 'value="Hello"' in page.text
    assert f'action="{address}"' in page.text, "the form goes to its own destination"

    matched = {"column-0": "full_name", "column-1": "email", "identifier": "email"}
    wrong = bob.post(address, matched | {"act": "start", "greeting": ""})
    assert wrong.status_code == 422 and "Write a greeting." in wrong.text and not TAKEN
    assert "The office is closed" in bob.post(address, matched | {"act": "close", "greeting": "Hi"}).text
    assert bob.post(address, matched | {"act": "check", "greeting": "Hi"}).headers["Location"] == "/contacts"
    done = bob.post(address, matched | {"act": "start", "greeting": "Hi"})
    assert done.status_code == 303 and done.headers["Location"] == "/contacts?sent=2"
    assert TAKEN == [("Hi", {1: "ann@example.com", 2: "bob@example.com"}, "email")]


def test_its_limit_and_its_refusals_hold(at_the_post_office: Person) -> None:
    bob = at_the_post_office
    assert bob.get("/postcards/castle").status_code == 404
    many = b"Email\n" + b"".join(b"p%d@example.com\n" % number for number in range(6))
    sent = bob.post(
        "/postcards/lighthouse", {"file": (io.BytesIO(many), "m.csv")}, content_type="multipart/form-data"
    )
    page = bob.get(sent.headers["Location"]).text
    start = page.index('value="start"')
    assert "disabled" in page[start : page.index(">", start)]


def test_a_file_goes_anywhere(at_the_post_office: Person) -> None:
    """The same upload can be brought to each destination."""
    bob = at_the_post_office
    sent = bob.post(
        "/contacts/import", {"file": (io.BytesIO(LIST), "list.csv")}, content_type="multipart/form-data"
    )
    upload = sent.headers["Location"].removeprefix("/contacts/import/")
    page = bob.get(f"/postcards/lighthouse/{upload}").text
    assert 'name="greeting"' in page and 'name="missing"' not in page
    page = bob.get(f"/contacts/import/{upload}").text
    assert 'name="missing"' in page and 'name="greeting"' not in page
