"""A workflow is duplicated, restored from the archive, and deleted; the history of people and jobs stays."""

import pytest

from app.activity.infrastructure.queries import audit_entries
from app.workflows import application as workflows
from tests.people import program_of
from tests.rooms.workflows.drafts import FROM_TEMPLATE, active, complete, draft, found
from tests.rooms.workflows.test_list import names
from tests.unit.workflows.documents import definition, email, step


def archived(app, person, name="Welcome"):
    public_id = active(app, person.actor, name)
    with app.app_context():
        workflows.pause(person.actor, public_id)
        workflows.archive(person.actor, public_id)
    return public_id


def copied(answer):
    assert answer.status_code == 303, answer.text
    return answer.location.rpartition("/")[2]


def test_a_copy_is_a_draft_with_steps_of_its_own(app, bob):  # W-02, T-08
    public_id = active(
        app, bob.actor, template=FROM_TEMPLATE, description="For new leads", definition=complete()
    )
    with app.app_context():
        revision = workflows.find_workflow(bob.actor, public_id).revision
        workflows.rename(
            bob.actor, public_id, "Welcome", "For new leads", revision, True, tracks_reactions=False
        )
    copy = found(app, bob.actor, copied(bob.post(f"/workflows/{public_id}/copy")))
    source = found(app, bob.actor, public_id)
    assert (copy.name, copy.status, copy.description) == ("Welcome (copy)", "draft", "For new leads")
    assert (copy.enroll_again, copy.tracks_reactions, copy.active_version_id) == (True, False, None)
    assert (copy.template_id, copy.template_version) == (source.template_id, source.template_version)
    old, new = source.definition["steps"], copy.definition["steps"]
    assert [one["config"] for one in old] == [one["config"] for one in new]
    assert not {one["id"] for one in old} & {one["id"] for one in new}
    again = found(app, bob.actor, copied(bob.post(f"/workflows/{copy.public_id}/copy")))
    assert again.name == "Welcome (copy 2)"
    with app.app_context():
        entry = audit_entries(bob.actor.account_id)[0]
        assert (entry.action, entry.facts["source_name"]) == ("workflow_duplicated", "Welcome (copy)")


def test_the_limit_holds_for_copies(app, bob, monkeypatch):  # T-12
    public_id = draft(app, bob.actor)
    monkeypatch.setattr("app.workflows.application.drafts.current", lambda: Limited())
    assert "reached its limit" in bob.get(bob.post(f"/workflows/{public_id}/copy").location).text
    assert names(bob.get("/workflows").text) == ["Welcome"]


class Limited:
    max_workflows = 1


def test_a_workflow_comes_back_from_the_archive_paused(app, bob):  # W-02
    public_id = archived(app, bob)
    page = bob.get(f"/workflows/{public_id}").text
    assert f"/workflows/{public_id}/archiving/removal" in page and f"/workflows/{public_id}/deletion" in page
    answer = bob.post(f"/workflows/{public_id}/archiving/removal")
    assert "is restored and paused" in bob.get(answer.location).text
    assert found(app, bob.actor, public_id).status == "paused"
    assert bob.post(f"/workflows/{public_id}/activation", {"resume": "1"}).status_code == 303
    assert found(app, bob.actor, public_id).status == "active"
    answer = bob.post(f"/workflows/{public_id}/archiving/removal")
    assert "Only an archived workflow can be restored." in bob.get(answer.location).text


def test_deleting_says_what_goes_and_leaves_the_name_to_history(app, bob):
    public_id = archived(app, bob, "Old news")
    linked = definition(email("hello"), step("next", "enroll_in_workflow", workflow=public_id))
    draft(app, bob.actor, "Follow-up", definition=linked)
    page = bob.get(f"/workflows/{public_id}/deletion").text
    assert "Delete “Old news”?" in page and "1 workflow refers" in page
    assert "Follow-up" in page and "activity log stay" in page
    workflow_id = found(app, bob.actor, public_id).id
    answer = bob.post(f"/workflows/{public_id}/deletion")
    assert answer.location.endswith("/workflows?status=archived")
    assert "“Old news” is deleted." in bob.get(answer.location).text
    assert names(bob.get("/workflows").text) == ["Follow-up"]
    gone = bob.get(f"/workflows/{public_id}")
    assert gone.status_code == 404 and "The workflow “Old news” has been deleted." in gone.text
    with app.app_context():
        assert workflows.identity_of(bob.actor.account_id, workflow_id) == (public_id, "Old news")
        assert audit_entries(bob.actor.account_id)[0].action == "workflow_deleted"
        assert workflows.create_blank(bob.actor, "Old news").name == "Old news"  # the name is free again
    assert "deleted" in bob.get("/activity").text


@pytest.mark.parametrize("state", ["active", "paused"])
def test_what_is_in_use_is_not_deleted(app, bob, state):
    public_id = active(app, bob.actor)
    if state == "paused":
        bob.post(f"/workflows/{public_id}/activation/removal")
    assert f"It is {state}." in bob.get(f"/workflows/{public_id}/deletion").text
    answer = bob.post(f"/workflows/{public_id}/deletion")
    assert f"It is {state}." in bob.get(answer.location).text
    assert found(app, bob.actor, public_id).status == state


def test_people_who_are_still_leaving_keep_it(app, bob, monkeypatch):
    public_id = archived(app, bob)
    monkeypatch.setitem(workflows_people_left(), "people", lambda _account_id, _workflow_id: 3)
    for change in ("deletion", "archiving/removal"):
        answer = bob.post(f"/workflows/{public_id}/{change}")
        assert "3 people are still being removed from it." in bob.get(answer.location).text
    assert found(app, bob.actor, public_id).status == "archived"


def workflows_people_left():
    from app.workflows.application import panels

    return panels._people_left


def test_programs_do_the_same(app, alice, bob):
    program = program_of(app, bob)
    public_id = draft(app, bob.actor)
    made = program.post(f"/workflows/{public_id}/duplicate", {"name": "Second"})
    assert (made.status_code, made.json["name"], made.json["status"]) == (201, "Second", "draft")
    assert made.headers["Location"].endswith(made.json["id"])
    again = program.post(f"/workflows/{public_id}/duplicate", {"name": "second"})
    assert (again.status_code, again.json["code"]) == (409, "CONFIRMATION_NEEDED")
    old = active(app, bob.actor, "Old")
    assert program.post(f"/workflows/{old}/archive").status_code == 409
    assert program.delete(f"/workflows/{old}").status_code == 409
    program.post(f"/workflows/{old}/pause")
    assert program.post(f"/workflows/{old}/archive").json["status"] == "archived"
    assert program.post(f"/workflows/{old}/restore").json["status"] == "paused"
    program.post(f"/workflows/{old}/archive")
    assert program.delete(f"/workflows/{old}").status_code == 204
    assert program.get(f"/workflows/{old}").json["code"] == "WORKFLOW_NOT_FOUND"
    assert [one["name"] for one in program.get("/workflows").json["data"]] == ["Second", "Welcome"]


def test_the_list_is_sorted_and_its_rows_have_menus(app, bob, vera):
    for name in ("beta", "Alpha", "gamma"):
        draft(app, bob.actor, name)
    assert names(bob.get("/workflows?sort=name").text) == ["Alpha", "beta", "gamma"]
    page = bob.get("/workflows?sort=-name").text
    assert names(page) == ["gamma", "beta", "Alpha"]
    assert 'aria-sort="descending"' in page and 'name="sort" value="-name"' in page
    assert 'aria-label="Actions for beta"' in page and "Duplicate" in page
    assert "Actions for" not in vera.get("/workflows").text


def test_archiving_from_the_list_says_what_happens(app, bob, vera, monkeypatch):
    public_id = active(app, bob.actor)
    assert "It is active. Pause it first" in bob.get(f"/workflows/{public_id}/archiving").text
    bob.post(f"/workflows/{public_id}/activation/removal")
    assert f'href="/workflows/{public_id}/archiving"' in bob.get("/workflows").text
    monkeypatch.setitem(workflows_people_left(), "people", lambda _account_id, _workflow_id: 3)
    page = bob.get(f"/workflows/{public_id}/archiving").text
    assert "3 active people will be removed from it: they don’t go through" in page
    assert vera.get(f"/workflows/{public_id}/archiving").status_code == 403
    assert found(app, bob.actor, public_id).status == "paused"
