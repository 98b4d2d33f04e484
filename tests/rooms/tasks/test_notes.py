"""Notes on a contact's page: added, changed by their author, deleted."""

import re

import pytest
from flask import Flask

from app.activity.infrastructure.queries import audit_entries
from app.contacts.application import selecting
from app.tasks.application import NewNote
from app.tasks.domain import MAX_NOTE
from tests.people import Person
from tests.rooms.bulk_enrollment.jobs import words_of
from tests.rooms.contacts.people import add
from tests.rooms.engine.enrolled import end, enroll
from tests.rooms.tasks.written import note, notes_of, step, write_notes
from tests.rooms.workflows.drafts import active, delete

XSS = "<script>alert(1)</script> & “quotes”"


@pytest.fixture
def ann(app: Flask, bob: Person) -> int:
    return add(app, bob.actor, "ann@example.com", first_name="Ann", last_name="Lee")


def actions(app: Flask, person: Person) -> list[str]:
    with app.app_context():
        return [entry.action for entry in audit_entries(person.actor.account_id)]


def test_a_note_is_added(app, bob, ann):
    assert "No notes yet." in bob.get(f"/contacts/{ann}").text
    answer = bob.post(f"/contacts/{ann}/notes", {"text": "  Asked for\r\na quote. "})
    assert (answer.status_code, answer.location) == (303, f"/contacts/{ann}#notes")
    [written] = notes_of(app, bob.actor.account_id)
    assert (written.text, written.created_by) == ("Asked for\na quote.", bob.actor.user_id)
    page = words_of(bob.get(f"/contacts/{ann}").text)
    assert "Bob · just now" in page and "edited" not in page
    assert "Note added: Asked for a quote. by Bob" in page
    assert "Bob added a note about the contact Ann Lee" in words_of(bob.get("/activity").text)


@pytest.mark.parametrize(
    ("text", "problem"), [(" \n", "Enter a note."), ("x" * (MAX_NOTE + 1), "up to 5,000 characters")]
)
def test_what_was_typed_is_not_lost(app, bob, ann, text, problem):
    answer = bob.post(f"/contacts/{ann}/notes", {"text": text})
    assert answer.status_code == 422 and problem in answer.text
    assert text.strip() in answer.text
    assert notes_of(app, bob.actor.account_id) == []


def test_only_its_author_changes_a_note(app, alice, bob, ann):
    mine, hers = note(app, bob.actor, ann, "Mine"), note(app, alice.actor, ann, "Hers")
    page = bob.get(f"/contacts/{ann}").text
    assert f"/notes/{mine}/edit" in page and f"/notes/{hers}/edit" not in page
    assert "Mine</textarea>" in bob.get(f"/contacts/{ann}/notes/{mine}/edit").text
    assert bob.post(f"/contacts/{ann}/notes/{mine}", {"text": "Changed"}).status_code == 303
    refused = bob.post(f"/contacts/{ann}/notes/{hers}", {"text": "Changed"})
    assert refused.status_code == 403 and "Only its author" in refused.text
    assert "<textarea" not in bob.get(f"/contacts/{ann}/notes/{hers}/edit").text
    assert [one.text for one in notes_of(app, bob.actor.account_id)] == ["Changed", "Hers"]
    page = words_of(bob.get(f"/contacts/{ann}").text)
    assert page.count("· edited") == 1 and "Note added: Changed" in page
    assert bob.post(f"/contacts/{ann}/notes/{mine}", {"text": " "}).status_code == 422


def test_a_note_that_did_not_change_is_not_edited(app, bob, ann):
    mine = note(app, bob.actor, ann, "Mine")
    bob.post(f"/contacts/{ann}/notes/{mine}", {"text": "Mine "})
    assert "edited" not in words_of(bob.get(f"/contacts/{ann}").text)
    assert "note_changed" not in actions(app, bob)


def test_a_note_is_deleted(app, alice, bob, ann):
    hers = note(app, alice.actor, ann, "Secret of Ann")
    assert bob.post(f"/contacts/{ann}/notes/{hers}/removal").location == f"/contacts/{ann}#notes"
    assert notes_of(app, bob.actor.account_id) == []
    page = bob.get(f"/contacts/{ann}").text
    assert "Secret of Ann" not in page
    assert "Note deleted" in page and "Note added" in page, "that there was one stays in the timeline"
    assert actions(app, bob)[:2] == ["note_deleted", "note_added"]
    assert bob.post(f"/contacts/{ann}/notes/{hers}/removal").status_code == 404


def test_a_note_belongs_to_its_contact(app, bob, ann):
    eve = add(app, bob.actor, "eve@example.com")
    mine = note(app, bob.actor, ann)
    assert bob.get(f"/contacts/{eve}/notes/{mine}/edit").status_code == 404
    assert bob.post(f"/contacts/{eve}/notes/{mine}", {"text": "x"}).status_code == 404
    assert bob.post(f"/contacts/{eve}/notes/{mine}/removal").status_code == 404
    assert len(notes_of(app, bob.actor.account_id)) == 1


def test_viewers_read_and_others_see_nothing(app, bob, vera, sam, mallory, ann):
    mine = note(app, bob.actor, ann, "Seen by Vera")
    page = vera.get(f"/contacts/{ann}").text
    assert "Seen by Vera" in page
    assert "/notes/" not in page and f'action="/contacts/{ann}/notes"' not in page
    assert vera.get(f"/contacts/{ann}/notes").status_code == 200
    for path in (f"/contacts/{ann}/notes", f"/contacts/{ann}/notes/{mine}"):
        assert vera.post(path, {"text": "x"}).status_code == 403
    assert vera.post(f"/contacts/{ann}/notes/{mine}/removal").status_code == 403
    for stranger in (sam, mallory):
        assert stranger.get(f"/contacts/{ann}/notes").status_code == 404
        assert stranger.get(f"/contacts/{ann}/notes/{mine}/edit").status_code == 404
        assert stranger.post(f"/contacts/{ann}/notes", {"text": "x"}).status_code == 404
        assert stranger.post(f"/contacts/{ann}/notes/{mine}/removal").status_code == 404
        theirs = add(app, stranger.actor, "own@example.com")
        assert stranger.post(f"/contacts/{theirs}/notes/{mine}", {"text": "x"}).status_code == 404
    assert [one.text for one in notes_of(app, bob.actor.account_id)] == ["Seen by Vera"]


def test_markup_in_a_note_is_text(app, bob, ann):
    mine = note(app, bob.actor, ann, XSS)
    for path in (f"/contacts/{ann}", f"/contacts/{ann}/notes", f"/contacts/{ann}/notes/{mine}/edit"):
        page = bob.get(path).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; “quotes”" in page


def test_a_workflow_is_named(app, bob, ann):
    workflow = active(app, bob.actor, "Welcome to ACME")
    enroll(app, bob.actor, workflow, [ann])
    with app.app_context():
        from app.engine.infrastructure.tables import Enrollment
        from app.platform.database import session

        [enrollment] = session().query(Enrollment).filter_by(account_id=bob.actor.account_id)
        source = step(enrollment.id, workflow_id=enrollment.workflow_id)
    write_notes(app, bob.actor.account_id, [NewNote(ann, "Written by a step", source)])
    page = bob.get(f"/contacts/{ann}").text
    name = re.search(rf'/workflows/{workflow}">([^<]+)<', page)[1]
    words = words_of(page)
    assert f"Note added by {name}: Written by a step" in words
    assert f"{name} · just now" in words
    end(app, bob.actor, ann, "completed")
    delete(app, bob.actor, workflow)
    page = bob.get(f"/contacts/{ann}").text
    assert f"{name} · just now" in words_of(page) and f"/workflows/{workflow}" not in page


def test_many_notes_have_pages(app, bob, ann):
    write_notes(app, bob.actor.account_id, [NewNote(ann, f"Note {n:02}.") for n in range(60)])
    card = words_of(bob.get(f"/contacts/{ann}").text).partition("Timeline")[0]
    assert [n for n in range(60) if f"Note {n:02}." in card] == list(range(55, 60))
    assert f'href="/contacts/{ann}/notes">All notes' in bob.get(f"/contacts/{ann}").text
    found, path = [], f"/contacts/{ann}/notes"
    while path:
        page = bob.get(path).text
        found += [int(n) for n in re.findall(r'note-text">Note (\d\d)\.', page)]
        following = re.search(r'rel="next" href="([^"]+)"', page)
        path = following[1] if following else ""
    assert found == list(range(59, -1, -1))


def test_erasing_the_contact_deletes_its_notes(app, bob, ann, run_tasks):
    eve = add(app, bob.actor, "eve@example.com")
    note(app, bob.actor, ann, "About Ann")
    note(app, bob.actor, eve, "Knows ann@example.com well")
    assert "1 note is deleted." in bob.get(f"/contacts/{ann}/erasure").text
    assert bob.post(f"/contacts/{ann}/erasure").status_code == 303
    run_tasks()
    [left] = notes_of(app, bob.actor.account_id)
    assert "ann@example.com" not in left.text and left.text.startswith("Knows ")
    assert left.updated_at == left.created_at, "it isn’t shown as edited"
    assert "About Ann" not in bob.get("/activity").text


def test_deleting_contacts_deletes_their_notes(app, bob, ann):
    eve = add(app, bob.actor, "eve@example.com")
    for contact_id in (ann, ann, eve):
        note(app, bob.actor, contact_id)
    with app.app_context():
        selection = selecting.select_contacts(bob.actor, [ann]).id
        preview = selecting.preview_deletion(bob.actor, selection)
        assert "2 notes are deleted." in preview.consequences
        selecting.delete_selection(bob.actor, selection, 1)
    assert [one.contact_id for one in notes_of(app, bob.actor.account_id)] == [eve]
