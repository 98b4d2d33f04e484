"""The upload and mapping pages, used like a person uses them in a browser."""

import html
import io
import re
from typing import Any

from tests.people import Person

LIST = b"Name,E-mail,Plan\nAnn Lee,ann@example.com,Gold\nBob Ray,bob@example.com,Silver\n"


def enroll_page(workflow_id: str | None) -> str:
    return f"/workflows/{workflow_id}/enroll" if workflow_id else "/contacts/import"


def send(person: Person, workflow_id: str | None, content: bytes = LIST, name: str = "people.csv") -> Any:
    """The answer to an upload."""
    form = {"file": (io.BytesIO(content), name)}
    return person.post(enroll_page(workflow_id), form, content_type="multipart/form-data")


def uploaded(person: Person, workflow_id: str | None, content: bytes = LIST, name: str = "people.csv") -> str:
    """The address of the mapping page of a new upload."""
    answer = send(person, workflow_id, content, name)
    assert answer.status_code == 303, text_of(answer.text)
    return str(answer.headers["Location"])


def choices_on(page: str) -> dict[str, str]:
    """What the form of a mapping page would send as it stands, without its buttons."""
    given: dict[str, str] = {}
    for name, options in re.findall(r'<select[^>]*\bname="([^"]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option[^>]*\bselected\b[^>]*?value="([^"]*)"', options) or re.search(
            r'<option[^>]*\bvalue="([^"]*)"[^>]*\bselected\b', options
        )
        given[name] = html.unescape(chosen[1]) if chosen else ""
    for field in re.findall(r"<input[^>]*>", page):
        facts = dict(re.findall(r'(\w+)="([^"]*)"', field))
        if "name" in facts and (facts.get("type") != "radio" or re.search(r"\bchecked\b", field)):
            given[facts["name"]] = html.unescape(facts.get("value", ""))
    return given


def decide(person: Person, address: str, act: str = "check", **changed: str) -> Any:
    """The answer to the form of a mapping page, sent as it stands but for what is `changed`."""
    form = choices_on(person.get(address).text) | {"act": act} | changed
    return person.post(address.partition("?")[0], form)


def press(person: Person, address: str, **fields: str) -> str:
    """Press a button of the page, with its form as it stands; return the address of the next page."""
    answer = decide(person, address, **fields)
    assert answer.status_code == 303, text_of(answer.text)
    return str(answer.headers["Location"])


def checked(person: Person, address: str, **changed: str) -> str:
    """The address of a check."""
    answer = decide(person, address, "check", **changed)
    assert answer.status_code == 303, text_of(answer.text)
    return str(answer.headers["Location"])


def tiles(page: str) -> dict[str, str]:
    """{label: figure} of a check-up."""
    return {
        text_of(label): text_of(value)
        for label, value in re.findall(
            r'<p class="stat-label">(.*?)</p>\s*<p class="stat-value[^"]*">(.*?)</p>', page, re.DOTALL
        )
    }


def text_of(page: str) -> str:
    """The words of a page, in one line."""
    bare = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", bare)).split())
