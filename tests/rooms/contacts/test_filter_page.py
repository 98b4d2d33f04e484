"""The filter builder and segments: a filter is built without JavaScript, counted while it is, saved, changed
(B-18, P-10)."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest

from app.contacts import application as contacts
from app.contacts.application import custom_fields, selecting
from app.contacts.infrastructure.selecting import segments as store
from app.platform.database import transaction
from app.platform.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.rooms.bulk_enrollment.jobs import words_of
from tests.rooms.contacts.people import add
from tests.rooms.contacts.test_list import names
from tests.rooms.workflows.drafts import active
from tests.services.statements import statements

LEADS = {"all": [{"field": "contact.tags", "op": "has_any", "value": ["lead"]}]}
IN_ROME = {"all": [{"field": "contact.city", "op": "equals", "value": "Rome"}]}

PLACES = ("in_workflow", "was_in_workflow")


@pytest.fixture
def people(app, bob, mallory) -> None:
    add(app, bob.actor, "ann@example.com", first_name="Ann", city="Rome", tags=["lead"])
    add(app, bob.actor, "ben@example.com", first_name="Ben", city="Oslo", tags=["lead"])
    add(app, bob.actor, "cleo@example.com", first_name="Cleo", city="Rome")
    add(app, mallory.actor, "elsewhere@example.com", first_name="Mo", tags=["lead"])


def inputs(**rows: str) -> dict[str, str]:
    """`a="field op value"` … as the inputs of one group."""
    given = {}
    for number, row in enumerate(rows.values()):
        field, op, value = row.split(" ", 2)
        start = f"g0-{number}"
        given |= {f"{start}-field": f"contact.{field}", f"{start}-op": op, f"{start}-value": value}
    return given


def count_on(page: str) -> str:
    return re.search(r'id="filter-count"[^>]*>([^<]+)<', page)[1]


def test_a_filter_is_built_with_plain_requests(app, bob, people):
    page = bob.get("/contacts").text
    assert 'href="/contacts/filter"' in page
    first = bob.get("/contacts/filter").text
    assert "Complete the conditions" in count_on(first)
    two = bob.get("/contacts/filter", query_string=inputs(a="tags has_any lead") | {"act": "add-0"}).text
    assert 'name="g0-1-field"' in two and 'value="lead"' in two
    changed = inputs(a="tags has_any lead", b="city has_any x") | {"act": "update"}
    assert '<option value="equals" selected>' in bob.get("/contacts/filter", query_string=changed).text
    whole = inputs(a="tags has_any lead", b="city equals rome")
    assert count_on(bob.get("/contacts/filter", query_string=whole).text) == "1 contact matches."
    either = whole | {"g0-join": "any"}
    assert count_on(bob.get("/contacts/filter", query_string=either).text) == "3 contacts match."
    shown = bob.get("/contacts/filter", query_string=whole | {"act": "apply"})
    assert shown.status_code == 303 and names(bob.get(shown.location)) == ["Ann"]
    edit = re.search(r'href="([^"]+)">(?:<svg.*?</svg>)?Edit filter', bob.get(shown.location).text)[1]
    assert 'value="rome"' in bob.get(edit.replace("&amp;", "&")).text


def test_htmx_gets_the_part_it_asks_for(bob, people):
    given = inputs(a="tags has_any lead")
    count = bob.htmx("get", "/contacts/filter", query_string=given, headers={"HX-Target": "p#filter-count"})
    assert count.text.strip().startswith('<p id="filter-count"') and "2 contacts match." in count.text
    part = bob.htmx(
        "get", "/contacts/filter", query_string=given, headers={"HX-Target": "form#filter-builder"}
    )
    assert part.text.lstrip().startswith("<form") and "<html" not in part.text


@pytest.mark.parametrize(
    "row",
    [
        "tags has_any  ",
        "created_at between x",
        "birthday before soon",
        "in_workflow equals x",
        "city in_list  ",
    ],
)
def test_an_incomplete_filter_says_what_is_missing(bob, people, row):
    page = bob.get("/contacts/filter", query_string=inputs(a=row) | {"act": "apply"})
    assert page.status_code == 422 and "Complete the filter" in page.text
    assert "Complete the conditions" in count_on(page.text)


def test_what_was_searched_stays(bob, people):
    given = inputs(a="tags has_any lead") | {"q": "ann", "status": "active", "sort": "name", "act": "apply"}
    query = parse_qs(urlsplit(bob.get("/contacts/filter", query_string=given).location).query)
    assert (query["q"], query["status"], query["sort"]) == (["ann"], ["active"], ["name"])


def test_a_workflow_is_chosen_by_name(app, bob, mallory, people):
    workflow = active(app, bob.actor, "Welcome <b>")
    active(app, mallory.actor, "Secret plan")
    page = bob.get("/contacts/filter", query_string=inputs(a="in_workflow not_equals x")).text
    assert f'<option value="{workflow}">Welcome &lt;b&gt;</option>' in page and "Secret plan" not in page
    found = bob.get("/contacts/filter", query_string=inputs(a=f"in_workflow not_equals {workflow}"))
    assert count_on(found.text) == "3 contacts match."


def test_a_filter_with_too_many_levels_is_kept(bob, people):
    text = '{"all":[{"any":[{"all":[{"field":"contact.city","op":"equals","value":"Rome"}]}]}]}'
    page = bob.get("/contacts/filter", query_string={"filter": text})
    assert page.status_code == 200 and "can’t be edited here" in page.text


@pytest.mark.parametrize(
    "given", [{"g0-0-field": "\0"}, {"g9-99-field": "x"}, {"filter": "[1"}, {"act": "add-x"}]
)
def test_odd_requests_are_answered(bob, people, given):
    assert bob.get("/contacts/filter", query_string=given).status_code == 200


def test_a_segment_is_saved_opened_changed_and_deleted(app, bob, people):
    save = bob.get("/contacts/filter", query_string=inputs(a="tags has_any lead") | {"act": "save"}).location
    page = bob.get(save).text
    text = re.search(r'name="filter"[^>]* value="([^"]+)"', page)[1].replace("&#34;", '"')
    opened = bob.post("/contacts/segments", {"name": " My  leads ", "filter": text}).location
    assert names(bob.get(opened)) == ["Ben", "Ann"] and ">My leads</h1>" in bob.get(opened).text
    assert "My leads" in bob.get("/contacts/segments").text
    number = int(opened.rpartition("=")[2])
    assert bob.get(f"/contacts/segments/{number}").location == opened
    narrowed = inputs(a="tags has_any lead", b="city equals Oslo") | {"segment": str(number), "act": "apply"}
    changed = bob.get(bob.get("/contacts/filter", query_string=narrowed).location).text
    assert "Save changes to My leads" in changed
    with app.app_context():
        rome = {"all": [*LEADS["all"], *IN_ROME["all"]]}
        selecting.change_segment(bob.actor, number, criteria=rome)
    assert names(bob.get(opened)) == ["Ann"]
    assert bob.post(f"/contacts/segments/{number}", {"name": "Romans"}).status_code == 303
    assert ">Romans</h1>" in bob.get(opened).text
    assert names(bob.get(f"{opened}&q=b")) == [] and names(bob.get(f"{opened}&q=an")) == ["Ann"]
    assert bob.post(f"/contacts/segments/{number}/removal").location == "/contacts/segments"
    assert bob.get(opened).status_code == 404 and "No segments yet" in bob.get("/contacts/segments").text
    log = words_of(bob.get("/activity").text)
    for act in ("created the segment", "changed the segment", "deleted the segment"):
        assert f"Bob {act} " in log


def test_the_list_of_segments_takes_the_same_number_of_queries_for_any_number(app, bob):
    """Otherwise 500 segments of 50 rules each would keep a thread busy for many seconds."""
    workflow = active(app, bob.actor)
    rules = [{"field": f"contact.{name}", "op": "equals", "value": workflow} for name in PLACES]
    asked = []
    for number in range(3):
        with app.app_context():
            selecting.save_segment(bob.actor, f"Segment {number}", {"any": rules * 10})
        with statements(app) as found:
            page = bob.get("/contacts/segments").text
        assert page.count("has been in “Welcome”") == 10 * (number + 1)
        asked.append(len(found))
    assert asked[0] == asked[2]


def test_names_of_segments_are_unique_and_not_empty(app, bob, mallory):
    with app.app_context():
        first = selecting.save_segment(bob.actor, "Leads", LEADS)
        other = selecting.save_segment(bob.actor, "Romans", IN_ROME)
        selecting.save_segment(mallory.actor, "Leads", LEADS)
        with pytest.raises(Conflict):
            selecting.save_segment(bob.actor, "lEADS ", IN_ROME)
        with pytest.raises(Conflict):
            selecting.change_segment(bob.actor, other.id, name="Leads")
        selecting.change_segment(bob.actor, first.id, name="LEADS")
        assert [one.name for one in selecting.list_segments(bob.actor)] == ["LEADS", "Romans"]
        for name in ("", "  ", "x" * 121, "\0"):
            with pytest.raises(Invalid):
                selecting.save_segment(bob.actor, name, LEADS)
        for document in (None, {}, {"all": [{"field": "x"}]}, "x"):
            with pytest.raises(Invalid):
                selecting.save_segment(bob.actor, "New", document)
    page = bob.post("/contacts/segments", {"name": "Leads", "filter": '{"all":[]}'})
    assert page.status_code == 422
    page = bob.post(f"/contacts/segments/{other.id}", {"name": "Leads"})
    assert page.status_code == 422 and "already exists" in page.text


def test_segments_belong_to_an_account_and_viewers_only_look(app, bob, vera, mallory):
    with app.app_context():
        segment = selecting.save_segment(bob.actor, "Leads", LEADS).id
        with pytest.raises(NotFound):
            selecting.find_segment(mallory.actor, segment)
        with pytest.raises(NotFound):
            selecting.delete_segment(mallory.actor, segment)
        for forbidden in (
            lambda: selecting.save_segment(vera.actor, "Mine", LEADS),
            lambda: selecting.change_segment(vera.actor, segment, name="Mine"),
            lambda: selecting.delete_segment(vera.actor, segment),
        ):
            with pytest.raises(NotAllowed):
                forbidden()
    assert mallory.get(f"/contacts?segment={segment}").status_code == 404
    page = vera.get(f"/contacts?segment={segment}").text
    assert (
        ">Leads</h1>" in page
        and "Rename or delete" not in page
        and 'method="post"' not in page.split("<main")[1]
    )


DEEP = {
    "all": [
        {"field": "contact.status", "op": "equals", "value": "active"},
        {
            "any": [
                {"all": [LEADS["all"][0], IN_ROME["all"][0]]},
                {"field": "contact.first_name", "op": "equals", "value": "<b>Ben</b>"},
            ]
        },
    ]
}


def test_a_filter_that_the_builder_cannot_hold_is_shown_and_stays(app, bob, people):
    with app.app_context():
        deep = selecting.save_segment(bob.actor, "Deep", DEEP).id
        empty = {"any": [*LEADS["all"], {"all": []}]}  # everybody: a form would drop the second group
        everybody = selecting.save_segment(bob.actor, "Everybody", empty).id
        number = {"field": "contact.custom.plan", "op": "equals", "value": 5}
    for segment in (deep, everybody):
        page = bob.get("/contacts/filter", query_string={"segment": segment})
        assert page.status_code == 200 and "This filter can’t be edited here" in page.text
        assert "or change it through the API." in page.text and 'name="act"' not in page.text
    words = words_of(bob.get("/contacts/filter", query_string={"segment": deep}).text)
    assert "All of these: Status is active At least one of these: All of these: Has the tag" in words
    assert "First name is &lt;b&gt;Ben&lt;/b&gt;" in words
    forced = {"segment": deep, "act": "apply"}
    assert "can’t be edited" in bob.get("/contacts/filter", query_string=forced).text
    assert bob.post(f"/contacts/segments/{deep}", {"name": "Deeper"}).status_code == 303
    with app.app_context():
        assert selecting.find_segment(bob.actor, deep).criteria == DEEP
        custom_fields.create_field(bob.actor, "Plan", "text")
        custom_fields.create_field(bob.actor, "Seats", "number")
        assert contacts.editable_filter(bob.actor, {"all": [number]}).form is None, "5 is not the text 5"
        seats = number | {"field": "contact.custom.seats"}
        assert contacts.editable_filter(bob.actor, {"all": [seats]}).form is not None
        for document in (LEADS, {"any": [*LEADS["all"], IN_ROME]}):
            found = contacts.editable_filter(bob.actor, document)
            assert found.form is not None and not found.problems, document


def test_a_filter_on_a_field_that_is_gone_can_be_repaired(app, bob, people):
    with app.app_context(), transaction():
        gone = {"field": "contact.custom.gone", "op": "equals", "value": "x"}
        broken = {"all": [*LEADS["all"], gone]}
        values = {"account_id": bob.actor.account_id, "name": "Broken", "name_key": "broken"}
        store.add(values | {"criteria": broken})
        [segment] = selecting.list_segments(bob.actor)
    page = bob.get("/contacts/filter", query_string={"segment": segment.id}).text
    assert "The custom field “gone” doesn’t exist." in page
    assert 'name="g0-0-field"' in page and 'name="g0-1-field"' in page, "nothing of it is dropped"
