"""Programs manage forms, and read what was entered in them."""

from typing import Any

from flask import Flask

from app.contacts.application.custom_fields import create_field
from app.platform.tenancy import acting_for
from tests.people import Person, Program, program_of
from tests.rooms.bulk_enrollment.jobs import words_of
from tests.rooms.forms.forming import Signup, link_in, sending, signup

NEW = {"name": "Newsletter", "title": "Join us", "consent_text": "I agree."}


def created(program: Program, **more: Any) -> Any:
    answer = program.post("/forms", NEW | more)
    assert answer.status_code == 201, answer.text
    return answer.json


def test_creating_and_reading(app: Flask, bob: Person, program: Program) -> None:
    with app.app_context(), acting_for(bob.actor.account_id):
        create_field(bob.actor, "Size", "choice", ("S", "L"))
    fields = [{"key": "custom.size", "required": True}, {"key": "first_name"}]
    answer = program.post("/forms", NEW | {"fields": fields, "button": "Join"})
    made = answer.json
    assert answer.status_code == 201 and answer.headers["Location"] == f"/api/v1/forms/{made['id']}"
    assert made["fields"] == [
        {"key": "first_name", "required": False},
        {"key": "custom.size", "required": True},
    ]
    assert (made["name"], made["button"], made["thanks"]) == (
        "Newsletter",
        "Join",
        "Thank you for signing up.",
    )
    assert (made["archived"], made["submissions"], made["waiting"]) == (False, 0, 0)
    found = program.get(f"/forms/{made['id']}")
    assert found.json == made and found.headers["ETag"] == answer.headers["ETag"]
    assert program.get("/forms").json == {"data": [made], "next_cursor": None}
    page = app.test_client().get(made["url"]).text
    assert "Join us" in page and 'name="custom.size"' in page
    assert "created the form Newsletter" in words_of(bob.get("/activity").text)


def test_what_is_wrong_is_named(app: Flask, alice: Person, program: Program) -> None:
    def refused(**more: Any) -> list[str]:
        answer = program.post("/forms", NEW | more)
        assert answer.status_code == 422, answer.text
        return list(answer.json["fields"])

    known = created(program)
    assert refused() == ["name"], "another form has the name"
    assert refused(name=" ", title=" ", consent_text="\n") == ["name", "title", "consent_text"]
    assert refused(name="B", fields=[{"key": "first_name"}, {"key": "shoe_size"}]) == ["fields.1.key"]
    assert refused(name="B", fields=[{"key": "city"}, {"key": "city"}]) == ["fields.1.key"]
    assert refused(name="B", fields=[{"key": "email"}]) == ["fields.0.key"]
    assert refused(name="B", fields=[{"key": "city", "required": "yes"}]) == ["fields.0.required"]
    assert refused(name="B", double_opt_in=True) == ["double_opt_in"], "there is no mail server"
    changed = program.patch(f"/forms/{known['id']}", {"name": "B"})
    assert changed.status_code == 422 and list(changed.json["fields"]) == ["name"]
    with sending(app, alice):
        assert created(program, name="B", double_opt_in=True)["double_opt_in"] is True


def test_changing_a_part(program: Program) -> None:
    made = created(program, fields=[{"key": "city", "required": True}], thanks="Welcome!")
    path = f"/forms/{made['id']}"
    changed = program.patch(path, {"title": "Come in"})
    assert changed.status_code == 200
    same = {key: value for key, value in made.items() if key not in ("title", "updated_at")}
    assert changed.json | same == changed.json and changed.json["title"] == "Come in"
    assert program.patch(path, {"fields": [], "thanks": ""}).json["fields"] == []
    assert program.get(path).json["thanks"] == "Thank you for signing up."


def test_a_form_that_was_changed_meanwhile(program: Program) -> None:
    path = f"/forms/{created(program)['id']}"
    seen = {"If-Match": program.get(path).headers["ETag"]}
    assert program.patch(path, {"title": "First"}, headers=seen).status_code == 200
    assert program.patch(path, {"title": "Second"}, headers=seen).status_code == 412
    assert program.get(path).json["title"] == "First"


def test_submissions_are_no_change_of_the_form(app: Flask, bob: Person, program: Program) -> None:
    form = signup(app, bob)
    path = f"/forms/{form.form_id}"
    before = program.get(path)
    form.enter()
    after = program.get(path)
    assert after.headers["ETag"] == before.headers["ETag"]
    assert after.json == before.json | {"submissions": 1}


def test_archiving_and_restoring(app: Flask, program: Program) -> None:
    made = created(program)
    path, browser = f"/forms/{made['id']}", app.test_client()
    for _ in range(2):
        assert program.post(f"{path}/archive").json["archived"] is True
        assert browser.get(made["url"]).status_code == 404
    for _ in range(2):
        assert program.post(f"{path}/restore").json["archived"] is False
        assert browser.get(made["url"]).status_code == 200


def test_repeating_a_creation(program: Program) -> None:
    once = {"Idempotency-Key": "newsletter"}
    first = program.post("/forms", NEW, headers=once)
    assert first.status_code == 201 and program.post("/forms", NEW, headers=once).json == first.json
    assert len(program.get("/forms").json["data"]) == 1


def submissions(program: Program, form: Signup, query: str = "") -> Any:
    answer = program.get(f"/forms/{form.form_id}/submissions{query}")
    assert answer.status_code == 200, answer.text
    return answer.json


def test_submissions(app: Flask, alice: Person, bob: Person, program: Program) -> None:
    with sending(app, alice) as server:
        form = signup(app, bob, {"first_name": "optional", "phone": "optional"}, double_opt_in="1")
        form.enter(first_name="Ann", phone="030 123456")
        [one] = submissions(program, form)["data"]
        assert (one["state"], one["contact_id"], one["confirmed_at"]) == ("waiting", None, None)
        assert one["answers"] == {"email": "ann@example.com", "first_name": "Ann", "phone": "+4930123456"}
        form.send()
        form.browser.post(link_in(server))
        [same] = submissions(program, form)["data"]
    assert same["id"] == one["id"] and same["state"] == "received" and same["confirmed_at"]
    assert same["contact_id"] == form.contacts()["ann@example.com"].id
    assert same["consent_text"] == "I agree to receive emails from Agency."


def test_pages_of_submissions(app: Flask, bob: Person, program: Program) -> None:
    form = signup(app, bob)
    for number in range(5):
        form.enter(f"p{number}@example.com")
    found: list[str] = []
    cursor = ""
    for _ in range(3):
        page = submissions(program, form, f"?limit=2{cursor}")
        found.append("".join(one["email"][1] for one in page["data"]))
        cursor = f"&cursor={page['next_cursor']}"
    assert found == ["43", "21", "0"] and page["next_cursor"] is None
    assert program.get(f"/forms/{form.form_id}/submissions?cursor=x").status_code == 422


def test_forms_of_others_do_not_exist(app: Flask, bob: Person, mallory: Person, program: Program) -> None:
    form = signup(app, bob)
    form.enter()
    theirs = program_of(app, mallory)
    assert theirs.get("/forms").json["data"] == []
    for path in ("", "/submissions"):
        assert theirs.get(f"/forms/{form.form_id}{path}").status_code == 404
    assert theirs.patch(f"/forms/{form.form_id}", {"title": "Theirs"}).status_code == 404
    assert theirs.post(f"/forms/{form.form_id}/archive").status_code == 404
    assert program.get(f"/forms/{form.form_id}").json["title"] == "Join us"
