"""Templates as files: downloaded, checked, imported; what is hostile or newer is refused (T-20, T-21)."""

import html
import io
import re
from typing import Any

import pytest
from flask import Flask

from app.activity.infrastructure.queries import audit_entries
from app.gallery import application as gallery
from app.gallery.application.load import FOLDER
from app.gallery.domain.template_file import MAX_FILE, parse_template
from app.platform.tenancy import acting_for
from tests.people import Person, Program, program_of
from tests.rooms.gallery.shelf import add_template, definition, system_id
from tests.rooms.gallery.test_api_own_templates import created, refused
from tests.rooms.gallery.test_api_templates import TEMPLATES, UNKNOWN
from tests.unit.workflows.documents import email, sms, step

IMPORT = f"{TEMPLATES}/import"
NEWER = (
    "key: x\nname: X\ncategory: custom\ndescription: X\ndefinition:\n  format: 2\n  trigger: {type: manual}\n"
)


def exported(program: Program, public_id: str) -> str:
    answer = program.get(f"{TEMPLATES}/{public_id}/export")
    assert (answer.status_code, answer.mimetype) == (200, "application/yaml"), answer.text
    return answer.data.decode()


def imported(program: Program, text: str, **given: Any) -> Any:
    answer = program.post(IMPORT, {"file": text} | given)
    assert answer.status_code == 201, answer.text
    return answer.json


def upload(person: Person, content: bytes, name: str = "ours.yaml") -> Any:
    return person.post("/templates/import", {"file": (io.BytesIO(content), name)})


def test_export_then_import_changes_nothing(app: Flask, program: Program) -> None:  # T-20
    odd = "Hi,\n\n  indented \u2028line\x85 <b>ünï</b> \t\r\n- no: 'quotes' {{ contact.first_name }} 🎉\n\n"
    document = definition(email("hello", "Yes: no #1", odd), step("t", "add_tag", tag="0123"))
    made = created(program, name="Ünïque “name”: #1", definition=document, description="", tags=["no", "1e3"])
    text = exported(program, made["id"])
    assert exported(program, made["id"]) == text
    again = imported(program, text)
    kept = ("name", "description", "category", "tags", "definition")
    assert {name: again[name] for name in kept} == {name: made[name] for name in kept}
    assert exported(program, again["id"]) == text
    assert again["id"] != made["id"] and again["version"] == 1


@pytest.mark.parametrize("key", ["shop-win-back", "clinic-visit-reminder"])
def test_a_system_template_is_exported_as_it_is_shipped(
    app: Flask, program: Program, key: str
) -> None:  # T-20
    text = exported(program, system_id(app, key))
    assert text == (FOLDER / f"{key}.yaml").read_text("utf-8")
    made = imported(program, text, new_fields=True)
    assert made["definition"] == program.get(f"{TEMPLATES}/{system_id(app, key)}").json["definition"]
    assert made["is_system"] is False and made["key"] is None


def test_the_download_has_a_name(app: Flask, bob: Person, vera: Person) -> None:  # T-20
    public_id = add_template(app, bob.actor, "Größe & “Nähe”: Teil 2")
    answer = vera.get(f"/templates/{public_id}/file")
    assert answer.headers["Content-Disposition"] == "attachment; filename=groe-nahe-teil-2.yaml"
    assert answer.mimetype == "application/yaml" and answer.headers["X-Content-Type-Options"] == "nosniff"
    nameless = add_template(app, bob.actor, "Привет")
    assert "template.yaml" in bob.get(f"/templates/{nameless}/file").headers["Content-Disposition"]


def test_both_are_in_the_log(app: Flask, program: Program, alice: Person) -> None:  # T-21
    made = created(program)
    again = imported(program, exported(program, made["id"]))
    with app.app_context():
        entries = audit_entries(program.actor.account_id)[:2]
    assert [(entry.action, entry.subject_id) for entry in entries] == [
        ("template_imported", again["id"]),
        ("template_exported", made["id"]),
    ]
    page = re.sub(r"\s+", " ", alice.get("/activity").text)
    assert "imported the template" in page and "exported the template" in page


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (NEWER, "newer version of Muster"),
        (NEWER.replace("format: 2", "format: -1"), "format number is missing"),
        (NEWER.replace("  format: 2\n", ""), "format"),
        ("just text", "isn’t a template file"),
        ("<html></html>", "isn’t a template file"),
        ("a: &a [x]\nb: [*a, *a]", "aliases"),
        ("name: !!python/object/apply:os.system [id]", "type tags"),
        ("[" * 100_000, "nested too deeply"),
        ("a: " + "{b: " * 100_000, "nested too deeply"),
        ("[" + "1," * 400_000 + "]", "too many values"),
        ("key: x\nkey: y", "appears twice"),
        ("a: " + "x" * 1_000_001, "too large"),
        ("- " * 400_000, "isn’t a template file"),
    ],
)
def test_what_is_no_template_or_hostile_is_refused(
    program: Program, alice: Person, text: str, says: str
) -> None:  # T-20
    if len(text) <= 1_000_000:
        problem = refused(program.post(IMPORT, {"file": text}), 422, "INVALID_FILE")
        assert says in problem["detail"]
    answer = upload(alice, text.encode())
    assert answer.status_code == 422 and says in html.unescape(answer.text)


def test_what_is_no_text_is_refused(alice: Person) -> None:  # T-20
    for content in (b"\xff\xfe\x00", b"\x89PNG\r\n\x1a\n\x00", b""):
        answer = upload(alice, content)
        assert answer.status_code == 422 and "isn’t a template file" in answer.text
    answer = html.unescape(upload(alice, b"name: Welcome").text)
    assert "Template file: This isn’t a template file. Choose a file that was downloaded" in answer
    assert "Choose a file first" in alice.post("/templates/import").text


def test_the_report_names_every_problem(app: Flask, program: Program, bob: Person) -> None:  # T-11, T-20
    text = exported(program, created(program, definition=definition(email("hello"), email("bye")))["id"])
    wrong = re.sub(r"subject: [^,\n}]*", "subject: '{{ contact.frist_name }} <i>'", text)
    problem = refused(program.post(IMPORT, {"file": wrong}), 422, "INVALID_TEMPLATE")
    assert len(problem["problems"]) == 2
    answer = upload(bob, wrong.encode())
    assert answer.status_code == 422
    assert answer.text.count("frist_name") == 2 and "Import template" not in answer.text


def test_a_file_is_checked_and_then_imported(app: Flask, program: Program, bob: Person) -> None:  # T-20
    document = definition(email("hello", "Your {{ contact.custom.favorite_color }}"), sms("s"))
    text = exported(program, created(program, definition=document, new_fields=True)["id"])
    report = upload(bob, b"\xef\xbb\xbf" + text.encode())
    assert report.status_code == 200, report.text
    assert "Favorite color" in report.text and "SMS not connected" in report.text
    with app.app_context(), acting_for(bob.actor.account_id):
        before = len(gallery.all_templates(bob.actor))
    [hidden] = re.findall(r'name="text"[^>]*value="([^"]*)"', report.text)
    sent = html.unescape(hidden).replace("\n", "\r\n")  # as browsers send it
    assert bob.post("/templates/import/confirmation", {"text": sent, "name": ""}).status_code == 422
    answer = bob.post("/templates/import/confirmation", {"text": sent, "name": "Imported"})
    assert answer.status_code == 303, answer.text
    with app.app_context(), acting_for(bob.actor.account_id):
        made = gallery.template_details(bob.actor, answer.location.split("/")[2])
        assert len(gallery.all_templates(bob.actor)) == before + 1
    assert made.card.name == "Imported"
    assert made.definition.document == parse_template(text).definition


def test_a_file_as_large_as_allowed_passes_both_steps(program: Program, bob: Person) -> None:  # T-20
    """Browsers send each line break of a form as two characters."""
    text = exported(program, created(program)["id"])
    text += f"#{'-' * 98}\n" * ((MAX_FILE - len(text.encode())) // 100)
    assert upload(bob, text.encode()).status_code == 200
    sent = {"text": text.replace("\n", "\r\n"), "name": "Large"}
    assert bob.post("/templates/import/confirmation", sent).status_code == 303


def test_contact_fields_that_do_not_exist_are_asked_about(program: Program) -> None:  # T-20
    document = definition(email("hello", "Your {{ contact.custom.favorite_color }}"))
    text = exported(program, created(program, definition=document, new_fields=True)["id"])
    problem = refused(program.post(IMPORT, {"file": text}), 422, "INVALID_TEMPLATE")
    assert problem["new_fields"] == ["Favorite color"]
    assert imported(program, text, name="With colors", new_fields=True)["name"] == "With colors"


def test_no_way_leads_to_a_template_with_a_secret(app: Flask, program: Program, bob: Person) -> None:  # T-10
    fields = {"X-Api-Key": "s3cr3t-value"}
    hook = step("hook", "webhook", url="https://a.example/", method="POST", fields=fields)
    document, made = definition(email("hello"), hook), created(program)
    shared = add_template(app, bob.actor, "Old", document)
    for answer in (
        program.post(TEMPLATES, {"name": "X", "definition": document}),
        program.patch(f"{TEMPLATES}/{made['id']}", {"definition": document}),
        program.post(IMPORT, {"file": exported(program, shared)}),
        program.post(f"{TEMPLATES}/{shared}/share", {"all": True}),
    ):
        [one] = refused(answer, 422, "INVALID_TEMPLATE")["problems"]
        assert (one["step"], one["name"], one["field"]) == ("hook", "Step 2, Call webhook", "fields")
        assert "s3cr3t-value" not in answer.text
    assert "This looks like" in upload(bob, exported(program, shared).encode()).text


def test_the_limit_holds(app: Flask, program: Program, sam: Person) -> None:  # T-16
    text = exported(program, created(program)["id"])
    theirs = program_of(app, sam)
    for _ in range(10):
        imported(theirs, text)
    refused(theirs.post(IMPORT, {"file": text}), 429, "TEMPLATE_LIMIT_REACHED")
    answer = sam.post("/templates/import/confirmation", {"text": text, "name": "X"})
    assert answer.status_code == 429 and "limit of 10" in answer.text


def test_others_export_nothing_and_a_viewer_imports_nothing(
    app: Flask, bob: Person, vera: Person, mallory: Person, sam: Person
) -> None:  # T-20, T-22
    public_id = add_template(app, bob.actor, "Secret sauce")
    for person in (mallory, sam):
        theirs = program_of(app, person)
        for one in (public_id, UNKNOWN):
            refused(theirs.get(f"{TEMPLATES}/{one}/export"), 404, "TEMPLATE_NOT_FOUND")
            assert person.get(f"/templates/{one}/file").status_code == 404
    refused(program_of(app, vera).post(IMPORT, {"file": "x"}), 403, "NOT_ALLOWED")
    assert upload(vera, b"x").status_code == vera.get("/templates/import").status_code == 403
    assert vera.post("/templates/import/confirmation", {"text": "x"}).status_code == 403
