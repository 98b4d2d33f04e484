"""The list of workflows: what it says, tabs, search, pages."""

import re

from app.platform.database import transaction
from app.workflows import application as workflows
from tests.rooms.workflows.drafts import FROM_TEMPLATE, active, draft, welcome


def names(page):
    return re.findall(r'<td class="clip"><a href="/workflows/[^"]+">([^<]+)</a>', page)


def test_without_workflows_the_gallery_is_one_click_away(bob, vera):  # T-01
    page = bob.get("/workflows").text
    assert "No workflows yet" in page and 'href="/templates"' in page
    assert "New workflow" not in vera.get("/workflows").text


def test_a_row_says_where_it_comes_from_and_what_it_does(app, bob):  # T-08
    draft(app, bob.actor, "Spring leads", template=FROM_TEMPLATE)
    page = bob.get("/workflows").text
    assert "New lead welcome, version 3" in page
    assert "2 days" in page and "Draft" in page
    assert 'title="Email"' in page and 'title="SMS"' in page


def test_tabs_count_what_they_show(app, bob):
    for name in ("One", "Two"):
        draft(app, bob.actor, name)
    active(app, bob.actor, "Three")
    page = bob.get("/workflows").text
    assert names(page) == ["Three", "Two", "One"]
    assert re.findall(r'tab-count">(\d+)<', page) == ["3", "2", "1", "0", "0"]
    assert names(bob.get("/workflows?status=active").text) == ["Three"]
    assert "No paused workflows" in bob.get("/workflows?status=paused").text
    assert names(bob.get("/workflows?status=nonsense").text) == ["Three", "Two", "One"]


def test_search_finds_name_description_and_template(app, bob):
    draft(app, bob.actor, "Spring 100%", description="For the tasting")
    draft(app, bob.actor, "Autumn", template=FROM_TEMPLATE)
    for words, expected in [
        ("spring", ["Spring 100%"]),
        ("TASTING spring", ["Spring 100%"]),
        ("lead", ["Autumn"]),
        ("100%", ["Spring 100%"]),
        ("_", []),
        ("\0", ["Autumn", "Spring 100%"]),
    ]:
        assert names(bob.get("/workflows", query_string={"q": words}).text) == expected, words
    page = bob.get("/workflows?q=winter").text
    assert "No workflow matches “winter”" in page


def test_while_typing_only_the_list_comes(app, bob):
    draft(app, bob.actor, "Spring")
    answer = bob.htmx("get", "/workflows?q=spr", headers={"HX-Target": "div#workflow-list"})
    assert answer.text.lstrip().startswith('<div id="workflow-list">')
    assert answer.headers["HX-Replace-Url"] == "/workflows?q=spr"


def test_pages_lead_forward_and_back_and_show_each_once(app, bob):
    with app.app_context(), transaction():
        for number in range(60):
            workflows.create_draft(
                bob.actor, name=f"W{number:02}", description="", definition=welcome(), template=None
            )
    seen, address, pages = [], "/workflows", []
    while address:
        page = bob.get(address).text
        seen += names(page)
        pages.append(names(page))
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else None
        back = re.search(r'rel="prev" href="([^"]+)"', page)
    assert seen == [f"W{number:02}" for number in range(59, -1, -1)]
    assert names(bob.get(back[1]).text) == pages[1]
    assert names(bob.get("/workflows?after=nonsense").text) == pages[0]
