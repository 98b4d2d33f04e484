"""Who is in a workflow: figures, the page of people, and the contact's side of it (W-12, B-08, B-17)."""

import re

import pytest

from app.platform.database import db
from tests.rooms.engine.enrolled import end, enroll, people
from tests.rooms.workflows.drafts import active, draft
from tests.services.statements import listening


def names(page):
    return re.findall(r'href="/contacts/\d+">(P\d+)', page)


def primary_buttons(page):
    """The texts of the primary buttons outside of dialogs."""
    shown = re.sub(r"<dialog.*?</dialog>", "", page, flags=re.DOTALL)
    return re.findall(r'<(?:a|button) class="btn btn-primary"[^>]*>(?:<svg.*?</svg>)?([^<]+)<', shown)


def test_the_workflow_page_says_that_it_has_not_been_started(app, bob):  # B-08
    public_id = active(app, bob.actor)
    page = bob.get(f"/workflows/{public_id}").text
    assert "is active but hasn’t been started" in page and "No messages go out until you start it." in page
    assert primary_buttons(page) == ["Add people"]
    enroll(app, bob.actor, public_id, people(app, bob.actor, 3))
    page = bob.get(f"/workflows/{public_id}").text
    assert "hasn’t been started" in page and "3 people are waiting at the first step" in page
    assert "all waiting to start" in page
    assert f'href="/workflows/{public_id}/people"' in page
    assert primary_buttons(page) == ["Start for 3 people"]
    bob.post(f"/workflows/{public_id}/people/start", {})
    assert primary_buttons(bob.get(f"/workflows/{public_id}").text) == ["Add people"]


def test_a_draft_has_no_figures(app, bob):
    assert "Active" not in bob.get(f"/workflows/{draft(app, bob.actor)}").text


def test_no_status_is_shown_that_nobody_has(app, bob):
    public_id = active(app, bob.actor)
    enroll(app, bob.actor, public_id, people(app, bob.actor, 2))
    for address in (f"/workflows/{public_id}", f"/workflows/{public_id}/people"):
        page = bob.get(address).text
        assert "view=finished" not in page and "view=goal" not in page and "view=left" not in page


def test_figures_and_tabs_add_up(app, bob):
    public_id = active(app, bob.actor)
    ids = people(app, bob.actor, 6)
    enroll(app, bob.actor, public_id, ids)
    for contact_id, status in zip(ids, ("completed", "goal_reached", "failed", "withdrawn"), strict=False):
        end(app, bob.actor, contact_id, status)
    page = bob.get(f"/workflows/{public_id}/people").text
    assert re.findall(r'tab-count">(\d+)<', page) == ["2", "1", "1", "1", "1"]
    assert names(page) == ["P005", "P004"]
    for view, name in [("finished", "P000"), ("goal", "P001"), ("failed", "P002"), ("left", "P003")]:
        assert names(bob.get(f"/workflows/{public_id}/people?view={view}").text) == [name], view
    assert re.search(r'stat-value">\s*2', bob.get(f"/workflows/{public_id}").text)
    assert re.search(r'data-label="Active people">2<', bob.get("/workflows").text)


def test_a_row_says_where_since_when_and_how_they_came(app, bob):  # W-12, B-17
    public_id = active(app, bob.actor)
    enroll(app, bob.actor, public_id, people(app, bob.actor, 1))
    page = bob.get(f"/workflows/{public_id}/people").text
    for words in ("1. Send email", "Hi [First name]", "Waiting to start", "just now", "Bulk enrollment"):
        assert words in page, words


def test_pages_show_everybody_once(app, bob):
    public_id = active(app, bob.actor)
    enroll(app, bob.actor, public_id, people(app, bob.actor, 60))
    seen, address = [], f"/workflows/{public_id}/people"
    while address:
        page = bob.get(address).text
        seen.append(names(page))
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else None
        back = re.search(r'rel="prev" href="([^"]+)"', page)
    assert [len(one) for one in seen] == [25, 25, 10]
    assert sorted(name for one in seen for name in one) == [f"P{at:03}" for at in range(60)]
    assert names(bob.get(back[1].replace("&amp;", "&")).text) == seen[1]


@pytest.mark.only_on("sqlite", "PostgreSQL’s statistics are always kept")
@pytest.mark.parametrize("has_statistics", [False, True])
def test_a_page_takes_its_rows_from_the_index(app, bob, has_statistics):
    public_id = active(app, bob.actor)
    enroll(app, bob.actor, public_id, people(app, bob.actor, 60))
    with app.app_context(), db.engine.connect().execution_options(cross_account=True) as connection:
        if has_statistics:
            connection.exec_driver_sql("ANALYZE")
        with listening(lambda statement: "FROM enrollments" in statement) as heard:
            bob.get(f"/workflows/{public_id}/people")
        [(statement, values)] = heard
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    ways = sorted(row.detail for row in plan if " enrollments" in row.detail)
    by_index = (
        "SEARCH enrollments USING INDEX ix_enrollments_people (workflow_id=? AND <expr>=? AND status=?)"
    )
    assert ways == [by_index, by_index, "SEARCH enrollments USING INTEGER PRIMARY KEY (rowid=?)"]


def test_nobody_yet_leads_to_adding_people(app, bob, vera):
    public_id = active(app, bob.actor)
    assert f'href="/workflows/{public_id}/enroll"' in bob.get(f"/workflows/{public_id}/people").text
    assert f'href="/workflows/{public_id}/enroll"' not in vera.get(f"/workflows/{public_id}/people").text


def test_strange_places_in_the_address_do_no_harm(app, bob):
    public_id = active(app, bob.actor)
    for query in ("after=x", "before=-1", f"after={10**30}", "view=nonsense", "before=0"):
        assert bob.get(f"/workflows/{public_id}/people?{query}").status_code == 200


def test_the_contact_shows_its_workflows_and_when_it_came_in(app, bob):  # B-17
    public_id = active(app, bob.actor, "Win-back")
    [contact_id] = people(app, bob.actor, 1)
    assert "Not enrolled in any workflow." in bob.get(f"/contacts/{contact_id}").text
    enroll(app, bob.actor, public_id, [contact_id])
    page = bob.get(f"/contacts/{contact_id}").text
    assert f'<a href="/workflows/{public_id}">Win-back</a>' in page
    assert f'<a href="/workflows/{public_id}">Added to Win-back</a>' in page


def test_archiving_says_how_many_are_in_it(app, bob):
    public_id = active(app, bob.actor)
    enroll(app, bob.actor, public_id, people(app, bob.actor, 2))
    bob.post(f"/workflows/{public_id}/activation/removal")
    assert "2 active people will be removed from it" in bob.get(f"/workflows/{public_id}").text
