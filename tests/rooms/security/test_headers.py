"""Security headers on all responses: pages, errors, redirects, static files, downloads."""

import re

import pytest

from app import create_app
from app.platform.web.every_request import HEADERS
from tests.people import Person
from tests.services.databases import Database

ANSWERS = {
    "a page": ("GET", "/contacts", 200),
    "a part": ("GET", "/enrollments/running", 200),
    "nothing there": ("GET", "/nowhere", 404),
    "no such file": ("GET", "/static/nothing.css", 404),
    "a way out of the folder": ("GET", "/static/..%2f__init__.py", 404),
    "another method": ("PUT", "/contacts", 405),
    "an API that is not there": ("GET", "/api/v1/nothing", 404),
    "a redirect": ("GET", "/setup", 303),
    "signed in already": ("GET", "/sign-in", 302),
    "a body that is no form": ("POST", "/sign-in", 415),
    "a download": ("GET", "/contacts/import/sample-file", 200),
    "health": ("GET", "/healthz", 200),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_every_answer_is_guarded_and_kept_by_nobody(alice: Person, kind: str) -> None:
    method, address, status = ANSWERS[kind]
    options = {"json": {}} if status == 415 else {}
    answer = alice.browser.open(address, method=method, **options)
    assert answer.status_code == status
    for name, value in HEADERS.items():
        assert answer.headers[name] == value, name
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_browsers_are_told_to_come_by_https_only_where_that_works(database: Database) -> None:
    database.restore("people")
    for address, told in (("https://muster.example.com", True), ("http://muster.example.com", False)):
        stranger = create_app(database.settings(PUBLIC_URL=address)).test_client()
        for page in ("/sign-in", "/nowhere", "/static/app.css", "/healthz"):
            header = stranger.get(page).headers.get("Strict-Transport-Security", "")
            assert header == ("max-age=31536000; includeSubDomains" if told else ""), page


def test_files_may_be_kept_and_carry_the_same_headers(alice: Person) -> None:
    address = re.search(r"/static/app\.css\?v=\w+", alice.get("/").get_data(as_text=True))
    assert address is not None
    answer = alice.get(address[0])
    again = alice.get(address[0], headers={"If-None-Match": answer.headers["ETag"]})
    assert (answer.status_code, again.status_code) == (200, 304)
    for one in (answer, again):
        assert "max-age=31536000" in one.headers["Cache-Control"]
        assert "Set-Cookie" not in one.headers
        assert all(one.headers[name] == value for name, value in HEADERS.items())


def test_an_address_that_is_none_is_no_fault_of_ours(alice: Person) -> None:
    told = {"HX-Request": "true", "HX-Current-URL": "http://[", "HX-Target": "div#gallery-results"}
    assert alice.get("/templates?q=lead", headers=told).status_code == 200
    stranger = alice.browser.application.test_client()
    assert stranger.get("/contacts", headers=told).headers["HX-Redirect"].startswith("/sign-in")


def test_texts_say_how_they_are_encoded(alice: Person) -> None:
    places = (
        "/contacts",
        "/enrollments/running",
        "/nowhere",
        "/contacts/import/sample-file",
        "/static/app.css",
    )
    for place in (*places, "/static/app.js", "/static/icons.svg"):
        assert alice.get(place).headers["Content-Type"].endswith("; charset=utf-8"), place


def test_folders_are_not_listed_and_trace_is_refused(alice: Person) -> None:
    for folder in ("/static/", "/static", "/static/vendor/"):
        assert alice.get(folder).status_code == 404
    for place in ("/", "/sign-in", "/api/v1/contacts"):
        assert alice.browser.open(place, method="TRACE").status_code == 405
