"""Bringing a file in: who may, what is refused how early, a ready file, the same file twice (B-20, B-28)."""

import io
from dataclasses import replace

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

from app.files.infrastructure.tables import Upload
from app.platform.database import session
from tests.rooms.files.mapping_pages import LIST, enroll_page, send, text_of, uploaded
from tests.rooms.workflows.drafts import active
from tests.unit.files.contact_files import TRAPS


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor, "Win-back")


class Untouchable(io.RawIOBase):
    """A body of so many bytes that must not be read."""

    def __init__(self, length):
        self._length = length
        self._at = 0

    def readable(self):
        return True

    def tell(self):
        return self._at

    def seek(self, offset, whence=io.SEEK_SET):
        self._at = self._length if whence == io.SEEK_END else offset
        return self._at

    def readinto(self, buffer):
        raise AssertionError("the body was read")


def post_unread(browser, address, length=10_000):
    """Send a body that fails the test when it is read; the CSRF token goes along."""
    kind = "multipart/form-data; boundary=x"
    return browser.post(address, input_stream=Untouchable(length), content_type=kind)


def uploads(app):
    with app.app_context():
        query = sa.select(sa.func.count()).select_from(Upload)
        return session().execute(query, execution_options={"cross_account": True}).scalar()


def test_the_page_says_what_works(app, bob, workflow):
    page = bob.get(enroll_page(workflow)).text
    words = text_of(page)
    assert "Add people to Win-back" in words
    assert "up to 100 MB and 10,000 rows" in words
    assert "Try a sample file" in words
    assert "data-upload " in page and 'enctype="multipart/form-data"' in page


def test_a_file_leads_to_its_mapping_page(bob, workflow):
    address = uploaded(bob, workflow)
    assert address.startswith(f"/workflows/{workflow}/enroll/")
    assert "people.csv" in bob.get(address).text


def test_the_same_with_a_bar(bob, workflow):
    form = {"file": FileStorage(io.BytesIO(LIST), "people.csv")}
    answer = bob.htmx("post", enroll_page(workflow), data=form, content_type="multipart/form-data")
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith(f"/workflows/{workflow}/enroll/")


def test_the_token_may_stand_in_the_form(app, bob, workflow):
    token = bob.browser.environ_base.pop("HTTP_X_CSRFTOKEN")
    file = (io.BytesIO(LIST), "people.csv")
    without = bob.post(enroll_page(workflow), {"file": file}, content_type="multipart/form-data")
    assert (without.status_code, uploads(app)) == (400, 0)
    form = {"file": (io.BytesIO(LIST), "people.csv"), "csrf_token": token}
    assert bob.post(enroll_page(workflow), form, content_type="multipart/form-data").status_code == 303


def test_a_stranger_is_sent_to_sign_in_before_the_body_is_read(stranger, workflow):
    answer = post_unread(stranger, enroll_page(workflow))
    assert answer.status_code == 303
    assert "/sign-in" in answer.headers["Location"]


def test_a_viewer_is_refused_before_the_body_is_read(vera, workflow):
    assert post_unread(vera.browser, enroll_page(workflow)).status_code == 403
    assert post_unread(vera.browser, "/contacts/import").status_code == 403
    assert vera.get(enroll_page(workflow)).status_code == 403


def test_another_account_finds_nothing_before_the_body_is_read(mallory, workflow):
    assert post_unread(mallory.browser, enroll_page(workflow)).status_code == 404
    assert mallory.get(enroll_page(workflow)).status_code == 404


def test_a_body_that_is_too_large_is_refused_before_it_is_read(app, bob, workflow):
    answer = post_unread(bob.browser, enroll_page(workflow), length=200 * 1024 * 1024)
    assert answer.status_code == 413
    assert "larger than 100 MB" in text_of(answer.text)
    assert uploads(app) == 0


def test_a_file_that_is_a_little_too_large(app, bob, workflow, monkeypatch):
    limited = replace(app.extensions["settings"], max_upload_bytes=2000)
    monkeypatch.setitem(app.extensions, "settings", limited)
    answer = send(bob, workflow, b"email\n" + b"ann@example.com\n" * 200)
    assert (answer.status_code, uploads(app)) == (413, 0)
    assert "larger than 2 KB" in text_of(answer.text)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("image_named.csv", "This is an image"),
        ("html_page_named.csv", "This is a web page"),
        ("encrypted_workbook_named.csv", "protected with a password"),
        ("xlsx_named.csv", "This workbook is damaged or incomplete"),
        ("empty.csv", "The file is empty"),
        ("only_header.csv", "has a header but no contacts"),
        ("cut_off_in_quotes.csv", "never closed"),
    ],
)
def test_what_is_no_contact_file_is_refused_at_the_field(app, bob, workflow, name, sentence):
    answer = send(bob, workflow, (TRAPS / name).read_bytes(), name)
    assert (answer.status_code, uploads(app)) == (422, 0)
    assert sentence in text_of(answer.text)
    assert 'aria-invalid="true"' in answer.text
    assert 'id="upload"' in answer.text, "the bar puts the form back in its place"


def test_no_file_chosen(bob, workflow):
    for form in ({}, {"file": (io.BytesIO(b""), "")}):
        answer = bob.post(enroll_page(workflow), form, content_type="multipart/form-data")
        assert answer.status_code == 422
        assert "Choose a file first." in text_of(answer.text)


def test_a_ready_file_to_look_at_and_to_use(bob, workflow):
    file = bob.get(f"{enroll_page(workflow)}/sample-file")
    assert file.mimetype == "text/csv"
    assert "500 sample contacts.csv" in file.headers["Content-Disposition"]
    answer = bob.post(enroll_page(workflow), {"sample": "1"})
    assert answer.status_code == 303
    assert "500 rows" in text_of(bob.get(answer.headers["Location"]).text)


@pytest.mark.parametrize("name", ["../../etc/x.csv", "<img src=x onerror=alert(1)>.csv", "\u202evsc.exe"])
def test_hostile_file_names_are_harmless(bob, workflow, name):
    page = bob.get(uploaded(bob, workflow, name=name)).text
    assert "<img" not in page and "etc/" not in page and "\u202e" not in page


def test_files_that_are_here_already_can_be_used_again(bob, mallory, workflow):
    address = uploaded(bob, workflow, name="spring.csv")
    uploaded(bob, workflow, name="spring again.csv")
    uploaded(mallory, None, b"email\nx@example.com\n", name="not yours.csv")
    page = bob.get(enroll_page(workflow)).text
    assert "spring again.csv" in page and "not yours.csv" not in page
    assert address not in page, "of the same bytes only the newest"
