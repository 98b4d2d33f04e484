"""Tasks: created on a contact's page, listed by when they are due, marked as done, reopened, deleted."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from app.accounts.domain import Role
from app.activity.infrastructure.queries import audit_entries
from app.platform.clock import now
from app.tasks.application import Assignee, NewTask
from app.tasks.domain import MAX_TITLE
from tests.people import Person
from tests.rooms.bulk_enrollment.jobs import words_of
from tests.rooms.contacts.people import add
from tests.rooms.tasks.written import create_tasks, in_hours, task, tasks_of

BERLIN = ZoneInfo("Europe/Berlin")
FORM = {"title": "Call Ann", "due_day": "2030-05-01", "due_time": "", "assignee": "", "notes": ""}


@pytest.fixture
def ann(app: Flask, bob: Person) -> int:
    return add(app, bob.actor, "ann@example.com", first_name="Ann", last_name="Lee")


def titles(person: Person, path: str = "/tasks") -> list[str]:
    return titles_on(person.get(path).text)


def titles_on(page: str) -> list[str]:
    return re.findall(r'class="task-title" href="[^"]+">([^<]+)<', page)


def test_a_task_is_created_on_the_contacts_page(app, bob, ann):
    page = bob.get(f"/contacts/{ann}").text
    assert "No open tasks." in page and 'name="due_day"' in page
    given = FORM | {"due_time": "09:30", "assignee": f"user:{bob.actor.user_id}", "notes": "Ask\r\nabout it"}
    answer = bob.post(f"/contacts/{ann}/tasks", given)
    assert (answer.status_code, answer.location) == (303, f"/contacts/{ann}#tasks")
    [made] = tasks_of(app, bob.actor.account_id)
    assert (made.title, made.notes, made.created_by) == ("Call Ann", "Ask\nabout it", bob.actor.user_id)
    assert made.due_at == datetime(2030, 5, 1, 9, 30, tzinfo=BERLIN)
    page = words_of(bob.get(f"/contacts/{ann}").text)
    assert "Due May 1, 2030, 9:30 AM · For Bob" in page
    assert "Task created: Call Ann by Bob" in page
    assert "Bob created a task about the contact Ann Lee" in words_of(bob.get("/activity").text)


def test_a_day_without_a_time_is_due_until_it_ends(app, bob, ann):
    bob.post(f"/contacts/{ann}/tasks", FORM | {"assignee": "role:marketer"})
    [made] = tasks_of(app, bob.actor.account_id)
    assert made.due_at == datetime(2030, 5, 1, 23, 59, 59, tzinfo=BERLIN)
    assert "Due May 1, 2030 · Ann Lee · For marketers" in words_of(bob.get("/tasks").text)
    page = bob.get(f"/tasks/{made.id}").text
    assert 'value="2030-05-01"' in page and 'value="23:59"' not in page


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"title": "  "}, "Enter what there is to do."),
        ({"title": "x" * (MAX_TITLE + 1)}, "up to 250 characters"),
        ({"due_day": ""}, "Enter a date between 2000 and 2199"),
        ({"due_day": "0001-01-01"}, "Enter a date between 2000 and 2199"),
        ({"due_day": "2030-02-30"}, "Enter a date between 2000 and 2199"),
        ({"due_time": "25:00"}, "Enter a date between 2000 and 2199"),
        ({"assignee": "role:king"}, "Choose who the task is for."),
        ({"assignee": "user:999999"}, "This person isn’t on your team."),
        ({"notes": "x" * 5001}, "Notes can have up to 5,000 characters."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(app, bob, ann, change, problem):
    given = FORM | {"notes": "Kept"} | change
    answer = bob.post(f"/contacts/{ann}/tasks", given)
    assert answer.status_code == 422 and problem in answer.text
    assert given["notes"] in answer.text and given["title"] in answer.text
    assert tasks_of(app, bob.actor.account_id) == []


def test_a_person_elsewhere_is_not_on_the_team(bob, mallory, ann):
    answer = bob.post(f"/contacts/{ann}/tasks", FORM | {"assignee": f"user:{mallory.actor.user_id}"})
    assert answer.status_code == 422 and "isn’t on your team" in answer.text


def test_the_list_is_sorted_into_overdue_today_and_later(app, bob, ann):
    end_of_today = now().astimezone(BERLIN).replace(hour=23, minute=59, second=59, microsecond=0)
    for title, due_at in {
        "Much later": in_hours(2_000),
        "Tomorrow": end_of_today + timedelta(seconds=1),
        "Today": end_of_today,
        "An hour ago": in_hours(-1),
        "Long ago": in_hours(-1_000),
    }.items():
        task(app, bob.actor, ann, title, due_at=due_at)
    assert titles(bob) == ["Long ago", "An hour ago", "Today", "Tomorrow", "Much later"]
    page = bob.get("/tasks").text
    assert re.findall(r'id="section-\d">([^<]+)<', page) == ["Overdue", "Due today", "Later"]
    assert "Open 5 Overdue 2 Due today 1 Later Done" in words_of(page)
    assert titles(bob, "/tasks?view=overdue") == ["Long ago", "An hour ago"]
    assert titles(bob, "/tasks?view=today") == ["Today"]
    assert titles(bob, "/tasks?view=later") == ["Tomorrow", "Much later"]
    assert titles(bob, "/tasks?view=done") == []
    assert titles(bob, "/tasks?view=odd&after=-1&contact=x&mine=7") == titles(bob)


def test_a_task_is_done_and_reopened(app, alice, bob, ann):
    made = task(app, bob.actor, ann, "Call Ann", due_at=in_hours(1))
    given = {"back": "list", "view": "today", "mine": "1"}
    answer = bob.post(f"/tasks/{made}/completion", given)
    assert (answer.status_code, answer.location) == (303, "/tasks?view=today&mine=1")
    assert titles(bob) == [] and titles(bob, "/tasks?view=done") == ["Call Ann"]
    [done] = tasks_of(app, bob.actor.account_id)
    assert done.done_by == bob.actor.user_id
    assert alice.post(f"/tasks/{made}/completion").status_code == 303, "once more changes nothing"
    assert tasks_of(app, bob.actor.account_id)[0].done_at == done.done_at
    page = words_of(bob.get(f"/contacts/{ann}").text)
    assert page.count("Task completed: Call Ann by Bob") == 1 and "No open tasks." in page
    assert "Done by Bob" in words_of(bob.get("/tasks?view=done").text)
    answer = alice.post(f"/tasks/{made}/reopening", {"back": "contact"})
    assert answer.location == f"/contacts/{ann}#tasks"
    [again] = tasks_of(app, bob.actor.account_id)
    assert (again.done_at, again.done_by) == (None, None)
    with app.app_context():
        entries = audit_entries(bob.actor.account_id)
        assert [one.action for one in entries][:3] == ["task_reopened", "task_completed", "task_created"]


def test_with_htmx_the_task_stays_in_its_place(app, bob, ann):
    made = task(app, bob.actor, ann, "Call Ann")
    answer = bob.htmx("POST", f"/tasks/{made}/completion", data={"back": "list"})
    assert answer.status_code == 200
    assert answer.text.strip().startswith(f'<li class="task is-done" id="task-{made}"')
    assert "Reopen: Call Ann" in answer.text and "Ann Lee" in answer.text
    answer = bob.htmx("POST", f"/tasks/{made}/reopening", data={"back": "contact"})
    assert "Mark as done: Call Ann" in answer.text and "Ann Lee" not in answer.text


def test_a_task_is_changed(app, alice, bob, ann):
    made = task(app, alice.actor, ann, "Call Ann", assignee=Assignee(role=Role.VIEWER))
    page = bob.get(f"/tasks/{made}").text
    assert 'selected value="role:viewer">Viewers' in page
    given = FORM | {"title": "Write to Ann", "assignee": f"user:{bob.actor.user_id}"}
    assert bob.post(f"/tasks/{made}", given).location == f"/tasks/{made}"
    [changed] = tasks_of(app, bob.actor.account_id)
    assert (changed.title, changed.for_role, changed.for_user_id) == ("Write to Ann", None, bob.actor.user_id)
    assert bob.post(f"/tasks/{made}", given | {"title": ""}).status_code == 422
    assert "Task created: Write to Ann" in words_of(bob.get(f"/contacts/{ann}").text)


def test_a_task_is_deleted(app, bob, ann):
    made = task(app, bob.actor, ann, "Secret call")
    assert bob.post(f"/tasks/{made}/removal").location == f"/contacts/{ann}#tasks"
    assert tasks_of(app, bob.actor.account_id) == []
    page = bob.get(f"/contacts/{ann}").text
    assert "Secret call" not in page and "Task deleted" in page
    assert bob.get(f"/tasks/{made}").status_code == 404


def test_my_tasks_are_mine_and_those_of_nobody_else(app, alice, bob, ann):
    for title, assignee in {
        "Bob’s": Assignee(user_id=bob.actor.user_id),
        "Alice’s": Assignee(user_id=alice.actor.user_id),
        "Marketers’": Assignee(role=Role.MARKETER),
        "Owner’s": Assignee(role=Role.OWNER),
        "Anyone’s": Assignee(),
    }.items():
        task(app, bob.actor, ann, title, assignee=assignee)
    assert len(titles(bob)) == 5
    assert set(titles(bob, "/tasks?mine=1")) == {"Bob’s", "Marketers’", "Anyone’s"}
    assert set(titles(alice, "/tasks?mine=1")) == {"Alice’s", "Owner’s", "Anyone’s"}


def test_tasks_of_one_contact(app, bob, ann):
    eve = add(app, bob.actor, "eve@example.com")
    for contact_id, title in ((ann, "Ann’s"), (eve, "Eve’s")):
        task(app, bob.actor, contact_id, title)
    assert titles(bob, f"/tasks?contact={ann}") == ["Ann’s"]
    assert "About Ann Lee" in bob.get(f"/tasks?contact={ann}").text
    assert titles(bob, f"/contacts/{ann}") == ["Ann’s"]


@pytest.mark.parametrize("view", ["open", "done"])
def test_pages_have_every_task_once(app, alice, bob, ann, view):
    """Also tasks that are due in the same second, and on lists that leave others out."""
    due_at = in_hours(48)
    mine = [Assignee(user_id=bob.actor.user_id), Assignee(role=Role.MARKETER), Assignee()]
    given = [
        NewTask(ann, f"Task {n}", due_at + timedelta(hours=n // 7), assignee=mine[n % 3]) for n in range(60)
    ]
    given.append(NewTask(ann, "Alice’s", due_at, assignee=Assignee(user_id=alice.actor.user_id)))
    create_tasks(app, bob.actor.account_id, given)
    task(app, bob.actor, add(app, bob.actor, "eve@example.com"), "Eve’s", due_at=due_at)
    if view == "done":
        for one in tasks_of(app, bob.actor.account_id):
            bob.post(f"/tasks/{one.id}/completion")
    everything = [f"Task {n}" for n in range(60)]
    for filtered, others in (
        ("", ["Alice’s", "Eve’s"]),
        ("&mine=1", ["Eve’s"]),
        (f"&contact={ann}", ["Alice’s"]),
    ):
        forward, last = walked(bob, f"/tasks?view={view}{filtered}", "next")
        back, _ = walked(bob, last, "prev")
        listed = [one for one in forward if one not in others]
        assert listed == (everything if view == "open" else everything[::-1]), filtered
        assert sorted(forward) == sorted(back) == sorted([*everything, *others]), filtered


def walked(person: Person, path: str, to: str) -> tuple[list[str], str]:
    """The titles on all pages from this one on, and the path of the last page."""
    found: list[str] = []
    while True:
        page = person.get(path).text
        found += titles_on(page)
        following = re.search(rf'rel="{to}" href="([^"]+)"', page)
        if following is None:
            return found, path
        path = following[1].replace("&amp;", "&")


def test_a_place_that_is_gone_leads_to_the_first_page(app, bob, mallory, ann):
    made = [task(app, bob.actor, ann, f"Task {n}", due_at=in_hours(n + 1)) for n in range(3)]
    assert titles(bob, f"/tasks?after={made[0]}") == ["Task 1", "Task 2"]
    bob.post(f"/tasks/{made[0]}/completion")
    assert titles(bob, f"/tasks?after={made[0]}") == ["Task 1", "Task 2"]
    bob.post(f"/tasks/{made[1]}/completion")
    assert titles(bob, f"/tasks?after={made[1]}") == ["Task 2"]
    theirs = task(app, mallory.actor, add(app, mallory.actor, "m@example.com"), due_at=in_hours(900))
    assert titles(bob, f"/tasks?after={theirs}") == ["Task 2"]


def test_viewers_read_and_others_see_nothing(app, bob, vera, sam, mallory, ann):
    made = task(app, bob.actor, ann, "Call Ann", notes="Details")
    assert titles(vera) == ["Call Ann"]
    for path in ("/tasks", f"/contacts/{ann}", f"/tasks/{made}"):
        page = vera.get(path).text
        assert "Call Ann" in page
        assert "/completion" not in page and f'action="/contacts/{ann}/tasks"' not in page
        assert f'action="/tasks/{made}' not in page
    assert "Details" in vera.get(f"/tasks/{made}").text
    paths = [f"/tasks/{made}{more}" for more in ("", "/completion", "/reopening", "/removal")]
    for path in (*paths, f"/contacts/{ann}/tasks"):
        assert vera.post(path, FORM).status_code == vera.post(path).status_code == 403
        for stranger in (sam, mallory):
            assert stranger.post(path, FORM).status_code == 404
    for stranger in (sam, mallory):
        assert stranger.get(f"/tasks/{made}").status_code == 404
        assert stranger.get(f"/tasks?contact={ann}").status_code == 404
        assert titles(stranger) == []
    assert [one.title for one in tasks_of(app, bob.actor.account_id)] == ["Call Ann"]


def test_markup_in_a_task_is_text(app, bob, ann):
    evil = "<img src=x onerror=alert(1)>"
    made = task(app, bob.actor, ann, evil, notes=evil)
    for path in ("/tasks", f"/contacts/{ann}", f"/tasks/{made}", f"/tasks?contact={ann}"):
        page = bob.get(path).text
        assert "<img src=x" not in page and "&lt;img src=x onerror=alert(1)&gt;" in page


def test_each_id_of_the_contacts_page_is_there_once(app, bob, ann):
    task(app, bob.actor, ann)
    bob.post(f"/contacts/{ann}/notes", {"text": "Called"})
    ids = re.findall(r'\bid="([^"]+)"', bob.get(f"/contacts/{ann}").text)
    assert len(ids) > 10 and sorted(set(ids)) == sorted(ids)


def test_empty_lists_say_what_to_do(bob, ann):
    assert "let workflows create them" in bob.get("/tasks").text
    assert "Nothing is done yet" in bob.get("/tasks?view=done").text
    assert "Show all open tasks" in bob.get("/tasks?mine=1").text


def test_erasing_and_deleting_a_contact_deletes_its_tasks(app, bob, ann, run_tasks):
    eve = add(app, bob.actor, "eve@example.com")
    for contact_id in (ann, eve):
        task(app, bob.actor, contact_id, "Ask ann@example.com", notes="ann@example.com knows")
    bob.post(f"/contacts/{ann}/notes", {"text": "x"})
    assert "1 note and 1 task are deleted." in bob.get(f"/contacts/{ann}/erasure").text
    bob.post(f"/contacts/{ann}/erasure")
    run_tasks()
    [left] = tasks_of(app, bob.actor.account_id)
    assert left.contact_id == eve
    assert "ann@example.com" not in left.title + left.notes


def test_the_home_page_says_what_is_due(app, alice, bob, ann):
    assert "due today" not in bob.get("/").text and "Nothing needs attention." in bob.get("/").text
    task(app, bob.actor, ann, due_at=in_hours(-1))
    assert "1 task is overdue</a>" in bob.get("/").text
    soon = datetime.now(UTC) + timedelta(seconds=1)
    end = now().astimezone(BERLIN).replace(hour=23, minute=59, second=59, microsecond=0)
    for _ in range(3):
        task(app, bob.actor, ann, due_at=max(soon, end))
    task(app, bob.actor, ann, due_at=max(soon, end), assignee=Assignee(user_id=alice.actor.user_id))
    page = bob.get("/").text
    assert "3 tasks are due today" in page and "1 task is overdue" in page
    assert 'href="/tasks?mine=1"' in page
    assert "4 tasks are due today" in alice.get("/").text
