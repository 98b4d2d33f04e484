"""Who works on the same workflow is told so, and what the others have saved meanwhile (W-01)."""

import html
import re

from app.platform import queue
from app.platform.presence import STAYS_SECONDS
from tests.rooms.workflows.drafts import draft, found
from tests.unit.workflows.documents import IN_GERMANY, branch, definition, email, path

BODY = {"HX-Target": "div#workflow-body"}


def poll_of(text):
    """The address that an open page, or the part of it, asks again and again."""
    return html.unescape(re.search(r'<div id="workflow-presence" role="status" hx-get="([^"]+)"', text)[1])


def test_the_second_is_told_and_the_first_soon_after(app, alice, bob):  # W-01
    page = f"/workflows/{draft(app, bob.actor)}"
    alone = bob.get(page).text
    assert "open, too" not in alone and bob.htmx("get", poll_of(alone)).status_code == 204
    assert "Bob has this workflow open, too" in alice.get(page).text
    told = bob.htmx("get", poll_of(alone))
    assert told.status_code == 200 and "Alice has this workflow open, too" in told.text
    assert told.text.count("workflow-presence") == 1 and "<html" not in told.text
    assert bob.htmx("get", poll_of(told.text)).status_code == 204, "nothing new"
    with app.app_context():
        key = f"muster:present:{bob.actor.account_id}:workflow:{page.rpartition('/')[2]}"
        assert 0 < queue.connection().ttl(key) <= STAYS_SECONDS
        queue.connection().zincrby(key, -STAYS_SECONDS - 1, str(alice.actor.user_id))
    left = bob.htmx("get", poll_of(told.text))
    assert left.status_code == 200 and "open, too" not in left.text


def test_what_others_save_is_told_and_shown(app, alice, bob):  # W-01
    public_id = draft(app, bob.actor)
    page = f"/workflows/{public_id}"
    his, hers = bob.get(page).text, alice.get(page).text
    hers = alice.htmx("get", poll_of(hers)).text or hers
    alice.post(f"{page}/steps/pause/copy", {"revision": "1"})
    bob.post(f"{page}/steps/hello/copy", {"revision": "1"})
    told = bob.htmx("get", poll_of(his)).text
    assert re.search(r"Alice changed this workflow at <time [^>]*>\d+:\d\d [AP]M</time>", told)
    assert f'hx-get="{page}" hx-target="#workflow-body"' in told
    assert bob.htmx("get", poll_of(told)).status_code == 204
    assert "You changed this workflow in another window" in alice.htmx("get", poll_of(hers)).text
    shown = bob.htmx("get", page, headers=BODY).text
    assert shown.startswith('<div id="workflow-body">') and "changed this workflow" not in shown
    assert f"drawn={found(app, bob.actor, public_id).revision}" in poll_of(shown)
    assert bob.htmx("get", poll_of(shown)).status_code == 204


def test_only_people_who_may_change_it_count(app, bob, vera, mallory):  # W-01
    page = f"/workflows/{draft(app, bob.actor)}"
    assert "workflow-presence" not in vera.get(page).text
    assert vera.htmx("get", f"{page}/presence").status_code == 403
    assert mallory.htmx("get", f"{page}/presence").status_code == 404
    assert "open, too" not in bob.get(page).text


def test_the_pages_of_paths_and_conditions_count_too(app, alice, bob):  # W-01
    ways = branch("ways", path("a", "German", IN_GERMANY))
    public_id = draft(app, bob.actor, definition=definition(email("hello"), ways))
    page = f"/workflows/{public_id}/steps/ways/paths"
    assert "open, too" not in bob.get(f"/workflows/{public_id}").text
    for address in (page, f"{page}/a"):
        shown = alice.get(address).text
        assert "Bob has this workflow open, too" in shown
        alice.post(f"/workflows/{public_id}/steps/hello/copy", {"revision": "1"})
        told = alice.htmx("get", poll_of(shown).replace("drawn=2", "drawn=1")).text
        assert "You’re asked before you replace anything." in told and "Show the changes" not in told
