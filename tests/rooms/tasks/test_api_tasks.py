"""Notes and tasks in the JSON API."""

from datetime import timedelta

import pytest
from flask import Flask

from app.platform.clock import now
from app.tasks.application import NewNote, NewTask
from tests.people import Person, Program, program_of
from tests.rooms.contacts.people import add
from tests.rooms.tasks.written import create_tasks, in_hours, note, notes_of, task, write_notes

DUE = "2030-05-01T09:30:00Z"
CALL = {"title": "Call Ann", "due_at": DUE}


@pytest.fixture
def ann(app: Flask, bob: Person) -> int:
    return add(app, bob.actor, "ann@example.com", first_name="Ann")


def walked(program: Program, path: str) -> list[dict]:
    """The items of all pages of a list."""
    found = []
    while path:
        answer = program.get(path)
        assert answer.status_code == 200, answer.text
        found += answer.json["data"]
        link = answer.headers.get("Link", "")
        path = link[1:].partition(">")[0].removeprefix("/api/v1")
        assert bool(link) == (answer.json["next_cursor"] is not None)
    return found


def test_notes_are_written_listed_and_deleted(app, bob, program, ann):
    made = program.post(f"/contacts/{ann}/notes", {"text": " Asked for a quote. "})
    assert made.status_code == 201
    assert (made.json["text"], made.json["contact_id"]) == ("Asked for a quote.", ann)
    assert made.json["created_by"] == program.actor.user_id
    assert program.get(f"/contacts/{ann}/notes").json == {"data": [made.json], "next_cursor": None}
    assert "Asked for a quote." in bob.get(f"/contacts/{ann}").text
    assert program.delete(f"/contacts/{ann}/notes/{made.json['id']}").status_code == 204
    assert program.delete(f"/contacts/{ann}/notes/{made.json['id']}").status_code == 404
    assert program.get(f"/contacts/{ann}/notes").json["data"] == []


def test_notes_of_workflows_have_no_author(app, bob, program, ann):
    write_notes(app, bob.actor.account_id, [NewNote(ann, f"Note {n}") for n in range(5)])
    found = walked(program, f"/contacts/{ann}/notes?limit=2")
    assert [one["text"] for one in found] == [f"Note {n}" for n in range(4, -1, -1)]
    assert {one["created_by"] for one in found} == {None}


@pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": " \n"}, {"text": "x" * 5001}, {"text": 5}])
def test_notes_that_are_refused(program, ann, body):
    answer = program.post(f"/contacts/{ann}/notes", body)
    assert answer.status_code == 422 and list(answer.json["fields"]) == ["text"]


def test_a_task_is_created_for_one_person_or_role(app, bob, program, ann):
    made = program.post(f"/contacts/{ann}/tasks", CALL | {"user_id": bob.actor.user_id, "notes": "Ask"})
    assert made.status_code == 201, made.text
    assert made.json | CALL == made.json
    assert (made.json["user_id"], made.json["role"], made.json["done"]) == (bob.actor.user_id, None, False)
    assert made.headers["Location"] == f"/api/v1/tasks/{made.json['id']}"
    got = program.get(f"/tasks/{made.json['id']}")
    assert (got.json, got.headers["ETag"]) == (made.json, made.headers["ETag"])
    role = program.post(f"/contacts/{ann}/tasks", CALL | {"role": "marketer"}).json
    assert (role["role"], role["user_id"]) == ("marketer", None)
    both = program.post(f"/contacts/{ann}/tasks", CALL | {"role": "owner", "user_id": bob.actor.user_id})
    assert both.status_code == 422 and "not both" in both.json["detail"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": " "}, "title"),
        ({"due_at": "tomorrow"}, "due_at"),
        ({"due_at": "2030-05-01T09:30:00"}, "due_at"),
        ({"due_at": "1999-05-01T09:30:00Z"}, "due_at"),
        ({"due_at": None}, "due_at"),
        ({"role": "king"}, "role"),
        ({"user_id": 999_999}, "user_id"),
        ({"user_id": 2**63}, "user_id"),
        ({"done": True}, "done"),
    ],
)
def test_tasks_that_are_refused(program, ann, change, field):
    answer = program.post(f"/contacts/{ann}/tasks", CALL | change)
    assert answer.status_code == 422 and list(answer.json["fields"]) == [field], answer.text


def test_a_task_is_marked_as_done(app, program, ann, bob):
    made = task(app, bob.actor, ann, "Call Ann")
    done = program.patch(f"/tasks/{made}", {"done": True})
    assert done.status_code == 200, done.text
    assert (done.json["done"], done.json["done_by"]) == (True, program.actor.user_id)
    assert program.patch(f"/tasks/{made}", {"done": True}).json == done.json, "once more changes nothing"
    again = program.patch(f"/tasks/{made}", {"done": False, "title": "Write to Ann", "due_at": DUE})
    assert (again.json["done_at"], again.json["title"], again.json["due_at"]) == (None, "Write to Ann", DUE)
    assert again.json["notes"] == done.json["notes"]
    assert program.patch(f"/tasks/{made}", {"title": None}).status_code == 422


def test_a_change_can_ask_for_the_version_that_was_read(app, program, ann, bob):
    made = task(app, bob.actor, ann)
    etag = program.get(f"/tasks/{made}").headers["ETag"]
    bob.post(f"/tasks/{made}/completion")
    stale = {"headers": {"If-Match": etag}}
    assert program.patch(f"/tasks/{made}", {"done": True}, **stale).status_code == 412
    assert program.delete(f"/tasks/{made}", **stale).status_code == 412
    fresh = {"headers": {"If-Match": program.get(f"/tasks/{made}").headers["ETag"]}}
    assert program.delete(f"/tasks/{made}", **fresh).status_code == 204
    assert program.get(f"/tasks/{made}").status_code == 404


def test_lists_of_tasks(app, alice, bob, program, ann):
    eve = add(app, bob.actor, "eve@example.com")
    given = [NewTask(ann, f"Task {n}", in_hours(48) + timedelta(minutes=n // 2)) for n in range(5)]
    create_tasks(app, bob.actor.account_id, given)
    late = task(app, bob.actor, eve, "Late", due_at=in_hours(-1))
    names = [one["title"] for one in walked(program, "/tasks?limit=2")]
    assert names == ["Late", *(f"Task {n}" for n in range(5))]
    assert [one["title"] for one in walked(program, f"/contacts/{ann}/tasks?limit=2")] == [
        f"Task {n}" for n in range(4, -1, -1)
    ]
    assert [one["id"] for one in walked(program, "/tasks?view=overdue")] == [late]
    bob.post(f"/tasks/{late}/completion")
    assert [one["id"] for one in walked(program, "/tasks?view=done")] == [late]
    assert walked(program, "/tasks?view=overdue") == []
    assert len(walked(program, "/tasks?view=later&mine=true&limit=3")) == 5
    for query in ("view=all", "cursor=x", "mine=perhaps", "color=red"):
        assert program.get(f"/tasks?{query}").status_code == 422, query


def test_others_and_viewers(app, bob, vera, mallory, ann):
    made, written = task(app, bob.actor, ann), note(app, bob.actor, ann)
    elsewhere, viewer = program_of(app, mallory), program_of(app, vera)
    requests = [
        ("POST", f"/contacts/{ann}/notes", {"text": "x"}),
        ("DELETE", f"/contacts/{ann}/notes/{written}", None),
        ("POST", f"/contacts/{ann}/tasks", CALL),
        ("PATCH", f"/tasks/{made}", {"done": True}),
        ("DELETE", f"/tasks/{made}", None),
    ]
    for method, path, body in requests:
        assert elsewhere.send(method, path, body).status_code == 404
        assert viewer.send(method, path, body).status_code == 403
    for path in (f"/contacts/{ann}/notes", f"/contacts/{ann}/tasks", f"/tasks/{made}"):
        assert elsewhere.get(path).status_code == 404
        assert viewer.get(path).status_code == 200
    assert elsewhere.get("/tasks").json["data"] == []
    assert program_of(app, bob, "contact:manage").get(f"/contacts/{ann}/notes").status_code == 403
    assert len(notes_of(app, bob.actor.account_id)) == 1


def test_a_repeated_request_returns_nothing_about_an_erased_person(app, bob, program, ann):
    key = {"headers": {"Idempotency-Key": "ann"}}
    body = {"text": "Ann Zwirner’s secret"}
    first = program.post(f"/contacts/{ann}/notes", body, **key)
    assert program.post(f"/contacts/{ann}/notes", body, **key).text == first.text
    assert len(notes_of(app, bob.actor.account_id)) == 1
    call = program.post(f"/contacts/{ann}/tasks", CALL, headers={"Idempotency-Key": "call"})
    assert call.status_code == 201
    bob.post(f"/contacts/{ann}/erasure")
    for path, again, name in (("notes", body, "ann"), ("tasks", CALL, "call")):
        answer = program.post(f"/contacts/{ann}/{path}", again, headers={"Idempotency-Key": name})
        assert answer.status_code == 409 and "erased since" in answer.json["detail"]


def test_times_are_those_of_the_action(app, bob, program, ann):
    before = now()
    made = program.post(f"/contacts/{ann}/tasks", CALL).json
    assert before.isoformat() <= made["created_at"].replace("Z", "+00:00") <= now().isoformat()
    assert made["created_at"] == made["updated_at"]
