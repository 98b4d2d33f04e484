"""Selecting contacts by ticks, by a filter, and by a pasted list, and acting on all of them (B-19, P-10)."""

import csv
import io
import re

import pytest
import sqlalchemy as sa

from app.activity.infrastructure.tables import ContactEvent
from app.contacts import application as contacts
from app.contacts.application import selecting
from app.contacts.application.selecting import bulk_actions, selections
from app.contacts.infrastructure.tables import BulkAction, ContactSelection, ContactTag
from app.engine.infrastructure.tables import Enrollment
from app.platform.database import session, transaction
from app.platform.errors import Conflict, NotAllowed, NotFound
from app.platform.tenancy import acting_for
from app.platform.text.spreadsheet_safe import unguarded
from tests.rooms.bulk_enrollment.jobs import words_of
from tests.rooms.contacts.people import add, all_of
from tests.rooms.engine.enrolled import enroll
from tests.rooms.workflows.drafts import active

LEADS = {"all": [{"field": "contact.tags", "op": "has_any", "value": ["lead"]}]}
UNTAGGED = {"all": [{"field": "contact.tags", "op": "is_empty"}]}


@pytest.fixture
def ids(app, bob, mallory) -> dict[str, int]:
    """Five contacts of Bob's, three of them leads, and one of Mallory's; id by name."""
    found = {"mo": add(app, mallory.actor, "mo@example.com", first_name="Mo", tags=["lead"])}
    for name in ("ann", "ben", "cleo", "dan", "eve"):
        tags = ["lead"] if name < "d" else []
        found[name] = add(app, bob.actor, f"{name}@example.com", first_name=name.capitalize(), tags=tags)
    return found


def tags_of(app, account_id: int) -> dict[str, set[str]]:
    with app.app_context(), acting_for(account_id):
        found = {}
        for key, contact in all_of(account_id).items():
            card = session().scalars(
                sa.select(ContactTag.tag_id).where(
                    ContactTag.account_id == account_id, ContactTag.contact_id == contact.id
                )
            )
            found[key.partition("@")[0]] = set(card)
        return found


def heading(person, address: str) -> str:
    page = person.get(address)
    assert page.status_code == 200, page.text
    return re.search(r'page-head-title">([^<]+)<', page.text)[1]


def sentence(person, address: str) -> str:
    return re.search(r'job-sentence"[^>]*>([^<]+)<', person.get(address).text)[1]


def test_ticks_of_a_page_and_of_others(app, bob, ids):
    page = bob.get("/contacts").text
    assert page.count('type="checkbox" name="contact"') == 5
    given = {
        "contact": [ids["ann"], ids["ben"]],
        "ids": f"{ids['ben']},{ids['eve']},{ids['mo']},x,-1,{9**30}",
    }
    made = bob.post("/contacts/selections", given)
    assert made.status_code == 303 and heading(bob, made.location) == "3 selected contacts"
    assert "Ann, Ben, Eve" in bob.get(made.location).text
    page = bob.post("/contacts/selections", {"q": "ann"})
    assert page.status_code == 422 and "Select at least one contact." in page.text and "Ann" in page.text
    assert bob.post("/contacts/selections", {"contact": ids["mo"]}).status_code == 422


def test_all_that_match_whatever_was_searched(app, bob, ids):
    for given, words in (
        ({}, "5 selected contacts"),
        ({"q": "ann"}, "1 selected contact"),
        ({"tag": "lead", "q": "b"}, "1 selected contact"),
        ({"tag": "lead"}, "3 selected contacts"),
        ({"status": "active", "q": "e"}, "1 selected contact"),
    ):
        made = bob.post("/contacts/selections", given | {"all": "1"})
        assert heading(bob, made.location) == words, given
    with app.app_context():
        segment = selecting.save_segment(bob.actor, "My leads", LEADS).id
    made = bob.post("/contacts/selections", {"segment": segment, "all": "1"})
    assert "Segment:</strong> My leads" in bob.get(made.location).text
    assert bob.post("/contacts/selections", {"q": "nobody", "all": "1"}).status_code == 422
    assert bob.post("/contacts/selections", {"filter": "{", "all": "1"}).status_code == 422


def test_a_pasted_list(app, bob, ids):
    add(app, bob.actor, "f1@example.com", phone="+4915123456789")
    add(app, bob.actor, "f2@example.com", phone="+4915123456780")
    add(app, bob.actor, "f3@example.com", phone="+4915123456780")
    good = f"ANN@example.com, {ids['ben']}\n0151 23456789\nann@example.com"
    made = bob.post("/contacts/selections/pasted", {"entries": good})
    assert heading(bob, made.location) == "3 selected contacts"
    bad = f"{good}\nnobody@example.com; hello <b>\n{ids['mo']}\n+49 151 23456780"
    page = bob.post("/contacts/selections/pasted", {"entries": bad})
    assert page.status_code == 422 and "3 contacts found, 4 entries not used" in page.text
    words = " ".join(re.sub(r"<[^>]+>", " ", page.text).split())
    assert (
        "Not understood: these aren’t email addresses, phone numbers, or contact IDs. hello &lt;b&gt;"
        in words
    )
    assert (
        f"Not in your contacts: import them from a file, or add them first. nobody@example.com {ids['mo']}"
        in words
    )
    assert "several contacts share this phone number" in words and "hello <b>" not in page.text
    made = bob.post("/contacts/selections/pasted", {"entries": bad, "found": "1"})
    assert heading(bob, made.location) == "3 selected contacts"
    assert "Paste at least one" in bob.post("/contacts/selections/pasted", {"entries": " , "}).text
    many = "\n".join(f"p{number}@example.com" for number in range(10_001))
    assert "up to 10,000 entries" in bob.post("/contacts/selections/pasted", {"entries": many}).text


def test_tags_are_added_and_removed_and_counted(app, bob, ids):
    made = bob.post("/contacts/selections", {"all": "1"}).location
    done = bob.post(f"{made}/tags", {"add-tag": " LEAD "})
    assert sentence(bob, done.location) == "Added the tag “lead” to 2 contacts. 3 contacts already had it."
    assert 'href="/contacts?tag=lead"' in bob.get(done.location).text
    assert all(len(tags) == 1 for tags in tags_of(app, bob.actor.account_id).values())
    done = bob.post(f"{made}/tags/removal", {"remove-tag": "Lead"})
    assert sentence(bob, done.location) == "Removed the tag “lead” from 5 contacts."
    assert not any(tags_of(app, bob.actor.account_id).values())
    page = bob.post(f"{made}/tags/removal", {"remove-tag": "nonsense"})
    assert page.status_code == 422 and "There’s no tag “nonsense”." in page.text
    assert bob.post(f"{made}/tags", {"add-tag": "a,b"}).status_code == 422
    assert "tagged 5 contacts with “lead”" in words_of(bob.get("/activity").text)
    line = bob.get(f"/contacts/{ids['eve']}").text
    assert "Tag added: lead" in line and "Tag removed: lead" in line
    assert len(tags_of(app, bob.actor.account_id)) == 5


def test_the_tags_that_can_be_removed_are_those_of_the_contacts(app, bob, ids, monkeypatch):
    add(app, bob.actor, "vip@example.com", tags=["VIP"])

    def page_of(**given) -> str:
        return bob.get(bob.post("/contacts/selections", given).location).text

    def offered(**given) -> list[str]:
        return re.findall(r"<option>([^<]+)</option>", page_of(**given))

    assert offered(contact=[ids["ann"], ids["eve"]]) == ["lead"]
    assert offered(all="1") == ["lead", "VIP"]
    assert offered(tag="lead", all="1") == ["lead"]
    page = page_of(contact=[ids["dan"]])
    assert "This contact has no tags to remove." in page and 'name="remove-tag"' not in page
    assert '<option value="VIP">' in page, "all tags of the account can be added"
    monkeypatch.setattr(selections, "MOST_IDS", 2)
    page = page_of(tag="lead", all="1")
    assert re.search(r'<input[^>]* list="known-tags"[^>]* name="remove-tag"', page), "too many to look"


@pytest.mark.parametrize("step", [1, 2, 100])
def test_a_filter_that_the_action_changes_meets_everybody_once(app, bob, ids, monkeypatch, step):
    """Contacts leave the filter while they are tagged."""
    monkeypatch.setattr(bulk_actions, "STEP", step)
    with app.app_context():
        selection = selecting.select_matching(bob.actor, UNTAGGED)
        assert selection.total == 2
        action = selecting.tag_selection(bob.actor, selection.id, "new")
        shown = selecting.show_action(bob.actor, action)
        assert (shown.is_over, shown.done, shown.changed) == (True, 2, 2)
        bulk_actions.continue_action(bob.actor.account_id, action)
        assert selecting.show_action(bob.actor, action).changed == 2
        again = selecting.select_matching(bob.actor, LEADS)
        untagged = selecting.untag_selection(bob.actor, again.id, "lead")
        assert selecting.show_action(bob.actor, untagged).changed == 3


def test_an_interrupted_action_is_continued_exactly(app, bob, ids, monkeypatch):
    monkeypatch.setattr(bulk_actions, "STEP", 2)
    monkeypatch.setattr(bulk_actions, "SECONDS_IN_REQUEST", -1)
    account_id = bob.actor.account_id
    with app.app_context():
        selection = selecting.select_matching(bob.actor, None)
        action = selecting.tag_selection(bob.actor, selection.id, "all")
        add(app, bob.actor, "late@example.com")
        shown = selecting.show_action(bob.actor, action)
        assert not shown.is_over and shown.done == 2 and 0 < shown.percent < 100
    page = bob.get(f"/contacts/actions/{action}").text
    assert "2 of 5 done" in page and "hx-trigger" in page.partition("<main")[2]
    with app.app_context(), acting_for(account_id):
        with transaction():
            session().execute(
                sa.update(BulkAction)
                .where(BulkAction.account_id == account_id)
                .values(updated_at=sa.literal(selections.now() - 2 * bulk_actions.UNTOUCHED))
            )
        sent = []
        monkeypatch.setattr("app.platform.queue.send", lambda *given: sent.append(given))
        bulk_actions.resume_actions()
        assert sent == [(bulk_actions.ACTION_TASK, account_id, action)]
        bulk_actions.continue_action(account_id, action)
        shown = selecting.show_action(bob.actor, action)
        assert (shown.is_over, shown.done, shown.changed) == (True, 5, 5)
        bulk_actions.resume_actions()
        assert len(sent) == 1
    assert sum(1 for tags in tags_of(app, account_id).values() if tags) == 5


def test_a_deletion_never_exceeds_what_was_confirmed(app, bob, ids, monkeypatch):
    monkeypatch.setattr(bulk_actions, "STEP", 1)
    monkeypatch.setattr(bulk_actions, "SECONDS_IN_REQUEST", -1)
    account_id = bob.actor.account_id
    with app.app_context():
        selection = selecting.select_matching(bob.actor, LEADS)
        action = selecting.delete_selection(bob.actor, selection.id, selection.total)
        assert selecting.show_action(bob.actor, action).done == 1
        for name in ("dan", "eve"):
            contacts.tag_contact(bob.actor, ids[name], "lead")
        monkeypatch.setattr(bulk_actions, "STEP", 100)
        bulk_actions.continue_action(account_id, action)
        shown = selecting.show_action(bob.actor, action)
        assert (shown.is_over, shown.done, shown.changed) == (True, 3, 3)
        assert len(all_of(account_id)) == 2


def test_deleting_says_in_numbers_what_it_does_and_asks(app, bob, mallory, ids):
    workflow = active(app, bob.actor)
    enroll(app, bob.actor, workflow, [ids["ann"], ids["eve"]])
    made = bob.post("/contacts/selections", {"tag": "lead", "all": "1"}).location
    page = bob.get(f"{made}/deletion").text
    assert "Delete 3 contacts?" in page and "1 active enrollment in workflows ends." in page
    add(app, bob.actor, "new@example.com", tags=["lead"])
    refused = bob.post(f"{made}/deletion", {"confirmed": "3"})
    assert refused.status_code == 409 and "4 contacts, not 3" in refused.text
    assert bob.post(f"{made}/deletion", {}).status_code == 409
    with app.app_context():
        assert len(all_of(bob.actor.account_id)) == 6
    done = bob.post(f"{made}/deletion", {"confirmed": "4"})
    assert sentence(bob, done.location) == "4 contacts deleted."
    account_id = bob.actor.account_id
    with app.app_context(), acting_for(account_id):
        assert sorted(all_of(account_id)) == ["dan@example.com", "eve@example.com"]
        gone = [ids["ann"], ids["ben"], ids["cleo"]]
        for table in (ContactTag, ContactEvent):
            left = sa.select(sa.func.count()).where(
                table.account_id == account_id, table.contact_id.in_(gone)
            )
            assert session().scalar(left) == 0
        found = session().scalars(sa.select(Enrollment).where(Enrollment.account_id == account_id)).all()
        states = {one.contact_id: one.status for one in found}
        assert states == {ids["ann"]: "withdrawn", ids["eve"]: "held"}
    with app.app_context(), acting_for(mallory.actor.account_id):
        assert len(all_of(mallory.actor.account_id)) == 1
    assert "deleted 4 contacts" in words_of(bob.get("/activity").text)
    assert bob.get("/contacts").status_code == 200


def test_an_export_is_safe_whole_and_recorded(app, bob, ids, monkeypatch):
    monkeypatch.setattr("app.contacts.application.selecting.export.SLICE", 2)
    with app.app_context(), transaction():
        [key] = contacts.ensure_fields(bob.actor.account_id, ["=Plan"])
    evil = '=HYPERLINK("http://x")'
    known = {"birthday": "1990-04-23", "time_zone": "Asia/Tokyo"}
    add(app, bob.actor, "zoe@example.com", first_name=evil, custom={key: "+1"}, **known)
    made = bob.post("/contacts/selections", {"all": "1"}).location
    answer = bob.get(f"{made}/contacts.csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row["Email"] for row in rows] == [
        *(f"{name}@example.com" for name in ("ann", "ben", "cleo", "dan", "eve")),
        "zoe@example.com",
    ]
    last = rows[-1]
    assert last["First name"] == f"'{evil}" and unguarded(last["First name"]) == evil
    assert last["'=Plan"] == "'+1" and last["Birthday"] == "1990-04-23" and rows[0]["Tags"] == "lead"
    assert (last["Time zone"], rows[0]["Time zone"]) == ("Asia/Tokyo", "")
    assert "exported 6 contacts" in words_of(bob.get("/activity").text)


def test_selections_belong_to_an_account_and_need_a_permission(app, bob, vera, mallory, ids):
    made = bob.post("/contacts/selections", {"all": "1"}).location
    number = int(made.rpartition("/")[2])
    for path in ("", "/deletion", "/contacts.csv"):
        assert mallory.get(f"{made}{path}").status_code == 404
        assert vera.get(f"{made}{path}").status_code == 403
    with app.app_context():
        for act in (selecting.tag_selection, selecting.untag_selection):
            with pytest.raises(NotFound):
                act(mallory.actor, number, "x")
            with pytest.raises(NotAllowed):
                act(vera.actor, number, "x")
        with pytest.raises(NotFound):
            selecting.delete_selection(mallory.actor, number, 5)
        with pytest.raises(NotAllowed):
            selecting.delete_selection(vera.actor, number, 5)
        with pytest.raises(Conflict):
            selecting.delete_selection(bob.actor, number, 4)
    page = vera.get("/contacts").text
    assert "checkbox" not in page and "Select all" not in page
    assert vera.get("/contacts/selections/new").status_code == 403


def test_a_user_has_a_limited_number_of_selections(app, bob, alice, ids, monkeypatch):
    monkeypatch.setattr(selections, "MOST_KEPT", 2)
    with app.app_context():
        other = selecting.select_contacts(alice.actor, [ids["ann"]])
        made = [selecting.select_contacts(bob.actor, [ids[name]]).id for name in ("ann", "ben", "cleo")]
        with pytest.raises(NotFound):
            selecting.find_selection(bob.actor, made[0])
        for number in (other.id, *made[1:]):
            assert selecting.find_selection(bob.actor, number).total == 1


def test_old_selections_are_discarded(app, bob, ids):
    made = bob.post("/contacts/selections", {"all": "1"}).location
    account_id = bob.actor.account_id
    with app.app_context():
        selections.discard_old_selections()
    assert bob.get(made).status_code == 200
    with app.app_context(), acting_for(account_id):
        with transaction():
            session().execute(
                sa.update(ContactSelection)
                .where(ContactSelection.account_id == account_id)
                .values(created_at=sa.literal(selections.now() - 2 * selections.KEPT))
            )
        selections.discard_old_selections()
    page = bob.get(made)
    assert page.status_code == 404 and "expired" in page.text
