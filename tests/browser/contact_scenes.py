"""Contacts: the list with ticks and filters, selections and what is done with them, one contact."""

from urllib.parse import quote

from playwright.sync_api import Page, expect

from tests.browser.showing import Show, at, opened, pressed, with_dialog
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser

EXAMPLE = '{"all":[{"field":"contact.email_domain","op":"contains","value":"example"}]}'
GROUPS = (
    "g0-0-field=tags&g0-0-op=has_any&g0-0-value=lead%2C+customer&g0-1-field=contact.created_at"
    "&g0-1-op=between&g0-1-value=2026-01-01&g0-1-to=2026-02-01&g1-join=any&g1-0-field=contact.status"
    "&g1-0-op=equals&g1-0-value=active&g1-1-field=workflow&g1-1-op=is_in&act=update"
)
PASTED = "1, 2, 3, nobody@scene.example, +49 151 0000000, ???"


def contact_scenes(api: ApiUser, workflow: str, alice: BrowserUser) -> dict[str, Show]:
    """Name → what shows it. `workflow` is the path of an active workflow."""
    page = alice.page
    page.goto("/contacts/filter")
    selection = _selection(page)
    added = api.create_workflow("New lead welcome", "People of the list")
    tagged = _tag(page, selection)
    segment = _segment(page)
    person = _person(api, workflow)
    noted, note, task = _noted(api, person)
    return {
        "contacts-filtered": at(f"/contacts?filter={quote(EXAMPLE)}"),
        "contacts-broken-filter": at("/contacts?filter=%7B%22all%22%3A5%7D"),
        "contacts-no-match": at("/contacts?q=zzzzzz"),
        "contacts-ticked": _ticked,
        "contacts-for-workflow": at(f"/contacts?then=workflow.{added.rpartition('/')[2]}"),
        "contacts-columns": at("/contacts/columns"),
        "filter-groups": at(f"/contacts/filter?{GROUPS}"),
        "filter-problems": pressed(at("/contacts/filter"), "Show contacts"),
        "segments": at("/contacts/segments"),
        "segment": at(segment.removesuffix("/edit")),
        "segment-edit": at(segment),
        "segment-delete": with_dialog(segment, "Delete segment"),
        "segment-new": at(f"/contacts/segments/new?filter={quote(EXAMPLE)}"),
        "paste": at("/contacts/selections/new"),
        "paste-not-found": _pasted,
        "selection": at(selection),
        "selection-deletion": at(f"{selection}/deletion"),
        "selection-tagged": at(tagged),
        "selection-workflow": at(f"/enrollments/new?selection={selection.rpartition('/')[2]}"),
        "selection-options": at(f"{added}/enroll/selections/{selection.rpartition('/')[2]}"),
        "contact-ledger": at(person),
        "contact-erasure": at(f"{person}/erasure"),
        "contact-notes-and-tasks": opened(noted, "Add a task"),
        "notes": at(f"{noted}/notes"),
        "note-edit": at(note),
        "tasks": at("/tasks"),
        "tasks-done": at("/tasks?view=done"),
        "tasks-none": at("/tasks?view=today&contact=1"),
        "task": at(task),
        "task-delete": with_dialog(task, "Delete task"),
        "contact-unsubscribe": with_dialog(person, "Unsubscribe"),
    }


def _ticked(page: Page) -> None:
    page.goto("/contacts")
    for number in range(3):
        page.locator("input[name=contact]").nth(number).check()


def _pasted(page: Page) -> None:
    page.goto("/contacts/selections/new")
    page.get_by_label("Email addresses, phone numbers, or contact IDs").fill(PASTED)
    page.get_by_role("button", name="Find contacts").click()
    expect(page.get_by_role("alert")).to_contain_text("contacts found")


def _selection(page: Page) -> str:
    page.goto("/contacts/selections/new")
    page.get_by_label("Email addresses, phone numbers, or contact IDs").fill("1, 2, 3, 4, 5, 6, 7")
    page.get_by_role("button", name="Find contacts").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("7 selected contacts")
    return page.url


def _tag(page: Page, selection: str) -> str:
    page.goto(selection)
    page.get_by_label("Tag to add").fill("scene")
    page.get_by_role("button", name="Add tag").click()
    expect(page.locator("main")).to_contain_text("Added the tag “scene”")
    return page.url


def _segment(page: Page) -> str:
    page.goto(f"/contacts/segments/new?filter={quote(EXAMPLE)}")
    page.get_by_label("Name").fill("Example addresses, of everybody who has one, and with a long name")
    page.get_by_role("button", name="Save segment").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Example addresses")
    page.get_by_role("link", name="Rename or delete").click()
    expect(page.get_by_role("textbox", name="Name")).to_be_visible()
    return page.url


def _person(api: ApiUser, workflow: str) -> str:
    """The page of a contact that a job has created."""
    api.wait(api.add(workflow, ["person@scene.example"], tags=["scene"]))
    found = api.call("GET", "/contacts?q=person%40scene.example")["data"]
    return f"/contacts/{found[0]['id']}"


def _noted(api: ApiUser, person: str) -> tuple[str, str, str]:
    """The pages of a contact with notes and tasks, and of one of each."""
    texts = [
        "Called, no answer.",
        "Wants a quote for ten seats.\nPrefers the yearly plan: " + "very long " * 20,
    ]
    notes = [api.call("POST", f"{person}/notes", {"text": text})["id"] for text in texts]
    calls = {"2020-05-01T09:00:00Z": "Call about the quote", "2100-05-01T09:00:00Z": "Renew " * 20}
    tasks = [
        api.call("POST", f"{person}/tasks", {"title": title, "due_at": due, "notes": "Ask\nabout it"})["id"]
        for due, title in calls.items()
    ]
    done = api.call(
        "POST", f"{person}/tasks", {"title": "Send the brochure", "due_at": "2030-05-01T09:00:00Z"}
    )
    api.call("PATCH", f"/tasks/{done['id']}", {"done": True})
    return person, f"{person}/notes/{notes[1]}/edit", f"/tasks/{tasks[0]}"
