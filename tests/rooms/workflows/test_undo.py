"""The last edits of a workflow are undone and redone (W-01)."""

import sqlalchemy as sa

from app.platform.database import session
from app.workflows.infrastructure.store import MAX_EDITS
from app.workflows.infrastructure.tables import WorkflowEdit
from tests.rooms.workflows.drafts import draft, found


def order(app, actor, public_id):
    return [one.id for one in found(app, actor, public_id).parsed.all_steps]


def kept(app, actor):
    with app.app_context():
        query = sa.select(sa.func.count()).select_from(WorkflowEdit)
        return session().scalar(query.where(WorkflowEdit.account_id == actor.account_id))


def test_edits_are_undone_and_redone_in_order(app, bob):  # W-01
    public_id = draft(app, bob.actor)
    page = f"/workflows/{public_id}"
    assert "data-undo" in bob.get(page).text and bob.get(page).text.count(" disabled>") == 2
    bob.post(f"{page}/steps/pause/place", {"to": "up", "revision": "1"})
    bob.post(f"{page}/steps/pause", {"amount": "9", "unit": "days", "revision": "2"})
    bob.post(f"{page}/steps/short/removal", {"revision": "3"})
    seen = [found(app, bob.actor, public_id).definition]
    for revision in ("4", "5", "6"):
        answer = bob.post(f"{page}/undo", {"revision": revision})
        assert answer.status_code == 303
        seen.append(found(app, bob.actor, public_id).definition)
    assert order(app, bob.actor, public_id) == ["hello", "pause", "short"]
    assert bob.post(f"{page}/undo", {"revision": "7"}).status_code == 422
    for revision in ("7", "8", "9"):
        assert found(app, bob.actor, public_id).definition == seen.pop()
        bob.post(f"{page}/redo", {"revision": revision})
    assert found(app, bob.actor, public_id).definition == seen.pop()
    assert "There is nothing to redo." in bob.post(f"{page}/redo", {"revision": "10"}).text


def test_a_new_edit_ends_what_could_be_redone(app, bob):  # W-01
    public_id = draft(app, bob.actor)
    page = f"/workflows/{public_id}"
    bob.post(f"{page}/steps/pause/copy", {"revision": "1"})
    undone = bob.post(f"{page}/undo", {"revision": "2"})
    assert undone.location == f"{page}?revision=3"
    bob.post(f"{page}/steps/short/copy", {"revision": "3"})
    assert bob.post(f"{page}/redo", {"revision": "4"}).status_code == 422
    again = bob.post(f"{page}/undo", {"revision": "4"})
    assert again.status_code == 303 and order(app, bob.actor, public_id) == ["hello", "pause", "short"]


def test_only_who_has_seen_the_last_edit_undoes_it(app, alice, bob, vera, mallory):  # W-01
    public_id = draft(app, bob.actor)
    page = f"/workflows/{public_id}"
    bob.post(f"{page}/steps/pause/copy", {"revision": "1"})
    assert vera.post(f"{page}/undo", {"revision": "2"}).status_code == 403
    assert mallory.post(f"{page}/undo", {"revision": "2"}).status_code == 404
    assert alice.post(f"{page}/undo", {"revision": "1"}).status_code == 409
    assert len(order(app, bob.actor, public_id)) == 4
    shown = alice.htmx(
        "post", f"{page}/undo", headers={"HX-Target": "div#workflow-body"}, data={"revision": "2"}
    )
    assert shown.status_code == 200 and len(order(app, bob.actor, public_id)) == 3


def test_a_bounded_number_of_edits_is_kept(app, bob):  # W-01
    public_id = draft(app, bob.actor)
    page = f"/workflows/{public_id}/steps/pause/switch"
    for number in range(MAX_EDITS + 3):
        switch = "on" if number % 2 else "off"
        bob.post(page, {"switch": switch, "revision": str(number + 1)})
    assert kept(app, bob.actor) == MAX_EDITS
