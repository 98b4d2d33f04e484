"""The gallery: cards, tabs whose counts are true, search while typing, filters in the address."""

import re

import pytest
from flask import Flask

from app.gallery.domain.browsing import PER_PAGE
from app.gallery.domain.categories import CATEGORY_KEYS
from app.gallery.infrastructure import queries
from app.platform.clock import now
from app.platform.database import transaction
from tests.people import Person
from tests.rooms.gallery.shelf import (
    SYSTEM_TEMPLATES,
    add_template,
    cards,
    connect,
    counts,
    definition,
    offered,
    system_id,
    uses,
)


def test_a_card_says_what_a_template_does_and_needs(app: Flask, bob: Person) -> None:  # T-01
    page = bob.get("/templates?q=Clinic visit with confirmation").text
    card = page.partition("<article")[2].partition("</article>")[0]
    for words in (
        "Clinic visit with confirmation",
        "Appointment reminders",
        "SMS not connected",
        "10 steps",
        "6 days",
        "Preview",
        "Use template",
    ):
        assert words in card
    assert 'class="mini' in card
    assert "used" not in card  # nobody has, and nothing is claimed
    connect(app, bob.actor, "sms")
    assert "SMS connected" in bob.get("/templates?q=Clinic visit with confirmation").text


@pytest.mark.parametrize(
    "narrowed",
    ["", "q=welcome", "q=sms", "step=branch", "tag=gym", "ready=1", "q=email&step=split&ready=1", "q=zzzz"],
)
def test_each_tab_shows_as_many_as_it_says(bob: Person, narrowed: str) -> None:  # T-05
    tabs = counts(bob.get(f"/templates?{narrowed}"))
    assert len(tabs) == len(CATEGORY_KEYS) + 1
    for address, count in tabs.items():
        assert len(cards(bob.get(address))) == count, address


def test_tabs_add_up_to_all_templates(bob: Person) -> None:  # T-05
    everything, *tabs = counts(bob.get("/templates")).values()
    assert everything == sum(tabs) == len(cards(bob.get("/templates"))) == SYSTEM_TEMPLATES


def test_filters_live_in_the_address(bob: Person) -> None:  # T-05
    page = bob.get("/templates?category=onboarding&q=gym&step=create_task&tag=gym&ready=1&sort=name").text
    for kept in (
        'name="category" value="onboarding"',
        'value="gym" placeholder',
        '<option value="create_task" selected>',
        '<option value="gym" selected>',
        'name="ready" value="1" checked',
        '<option value="name" selected>',
    ):
        assert kept in page
    assert "category=review_request&amp;tag=gym&amp;step=create_task&amp;ready=1&amp;sort=name" in page


def test_a_rare_tag_is_no_choice_but_stays_chosen(bob: Person) -> None:  # T-05
    rare = '<option value="waitlist" selected>'
    page = bob.get("/templates?tag=waitlist")
    assert cards(page) == ["Product launch to your waitlist"] and rare in page.text
    assert 'value="waitlist"' not in bob.get("/templates").text


def test_what_makes_no_sense_in_an_address_is_left_out(bob: Person) -> None:  # T-05
    page = bob.get("/templates?category=nonsense&step=dance&sort=luck&page=99999999999&ready=0&q=")
    assert len(cards(page)) == SYSTEM_TEMPLATES
    assert bob.get("/templates?page=" + "9" * 5000).status_code == 200


def test_search_finds_names_tags_and_kinds_of_steps(bob: Person) -> None:  # T-06
    assert cards(bob.get("/templates?q=new lead"))[0] == "New lead welcome"
    assert cards(bob.get("/templates?q=new+laed+welcme"))[0] == "New lead welcome"
    assert len(cards(bob.get("/templates?q=sms"))) == 9
    assert set(cards(bob.get("/templates?q=sms&category=onboarding"))) < set(
        cards(bob.get("/templates?q=sms"))
    )


def test_typing_replaces_only_the_results_and_the_address(bob: Person) -> None:  # T-06
    here = {"HX-Target": "div#gallery-results", "HX-Current-URL": "http://localhost/templates?q=re"}
    part = bob.htmx("get", "/templates?q=revi&step=&tag=&sort=", headers=here)
    assert part.text.lstrip().startswith('<div id="gallery-results">')
    assert "<html" not in part.text
    assert part.headers["HX-Replace-Url"] == "/templates?q=revi"


def test_choosing_a_filter_can_be_taken_back_with_back(bob: Person) -> None:  # T-05
    here = {"HX-Target": "div#gallery-results", "HX-Current-URL": "http://localhost/templates?q=revi"}
    part = bob.htmx("get", "/templates?q=revi&step=branch", headers=here)
    assert part.headers["HX-Push-Url"] == "/templates?q=revi&step=branch"


def test_back_gets_a_whole_page_from_htmx(bob: Person) -> None:  # T-05
    page = bob.htmx("get", "/templates?q=revi", headers={"HX-Target": "body"})
    assert "<html" in page.text


def test_orders(app: Flask, bob: Person) -> None:  # T-05
    by_name = cards(bob.get("/templates?sort=name"))
    assert by_name == sorted(by_name, key=str.casefold)
    lengths = [
        int(days) for days in re.findall(r">(\d+) days?</li>", bob.get("/templates?sort=shortest").text)
    ]
    assert lengths == sorted(lengths)
    public_id = system_id(app, "quiet-subscribers")
    bob.post(f"/templates/{public_id}/clone", {"name": "Quiet", "idempotency_key": "k"})
    assert uses(app, bob.actor, public_id) == 1
    page = bob.get("/templates?sort=used")
    assert cards(page)[0] == cards(bob.get("/templates?q=quiet+subscribers"))[0]
    assert "used once" in page.text


def test_what_can_be_used_at_once_comes_first(bob: Person) -> None:  # T-01
    page = bob.get("/templates").text
    ready = bob.get("/templates?ready=1")
    assert cards(ready) == cards(bob.get("/templates"))[: len(cards(ready))]
    assert "not connected" not in ready.text
    assert "not connected" in page


def test_no_match_says_so_and_leads_on(bob: Person) -> None:  # T-01
    page = bob.get("/templates?q=zzzzzz")
    assert "No matching templates" in page.text
    assert "Show all templates" in page.text
    assert "Here are some you can use right away." in page.text
    assert len(offered(page)) == 6
    elsewhere = bob.get("/templates?q=webinar&category=birthday_celebration")
    assert "Search all categories" in elsewhere.text
    assert offered(elsewhere) == []


def test_what_matches_only_partly_is_offered(bob: Person) -> None:  # T-01, T-06
    page = bob.get("/templates?q=birthday+submarine")
    assert "No exact match" in page.text
    assert "Closest matches" in page.text
    assert cards(page) == []
    assert "Simple birthday greeting" in offered(page)
    part = bob.htmx("get", "/templates?q=birthday+submarine", headers={"HX-Target": "div#gallery-results"})
    assert offered(part) == offered(page)


def test_newsletter_does_not_find_everything(bob: Person) -> None:  # T-06
    assert cards(bob.get("/templates?q=newsletter")) == ["Newsletter welcome", "Quiet subscribers"]


@pytest.mark.parametrize(
    ("ready", "says"), [((), True), (("sms",), False), (("reviews",), False), (("calendar",), True)]
)
def test_a_card_says_when_no_message_can_be_sent(
    app: Flask, bob: Person, ready: tuple[str, ...], says: bool
) -> None:  # T-12
    connect(app, bob.actor, *ready)
    page = bob.get("/templates?q=review+after+the+appointment").text
    preview = bob.get(f"/templates/{system_id(app, 'salon-review-after-visit')}").text
    note = "Sends no messages until SMS and your review page are set up."
    assert (note in page, note in preview) == (says, says)
    assert "Sends no messages" not in bob.get("/templates?q=newsletter").text


def test_words_of_the_gallery(bob: Person) -> None:
    page = bob.get("/templates?tag=saas").text
    for words in ("Recommended", ">SaaS</option>", ">B2B</option>", ">Any business</option>"):
        assert words in page, words
    for words in ("Best first", "Saas", "B2b", "enquir", "stand here"):
        assert words not in page, words


def test_an_empty_tab_and_an_empty_gallery_are_designed(app: Flask, bob: Person) -> None:  # T-01
    assert "Templates your team creates will appear here" in bob.get("/templates?category=custom").text
    with app.app_context(), transaction():
        for template in queries.system_templates():
            template.deleted_at = now()
    assert "No templates yet" in bob.get("/templates").text


def test_a_search_comes_back_as_text_never_as_markup(bob: Person) -> None:
    page = bob.get("/templates?q=<script>alert(1)</script>").text
    assert "<script>alert" not in page


def test_own_templates_stand_beside_the_systems(app: Flask, bob: Person) -> None:  # T-05
    add_template(app, bob.actor, "Our <own> way", category="onboarding", tags=["own tag"])
    page = bob.get("/templates?category=onboarding")
    assert "Our &lt;own&gt; way" in cards(page)
    assert "Yours" in page.text
    assert cards(bob.get("/templates?tag=own+tag")) == ["Our &lt;own&gt; way"]


def test_a_changed_template_is_shown_changed(app: Flask, bob: Person) -> None:
    public_id = add_template(app, bob.actor, "Before")
    assert "Before" in cards(bob.get("/templates?category=custom"))
    with app.app_context(), transaction():
        template = queries.template_by_public_id(bob.actor.account_id, public_id)
        assert template is not None
        template.name = "After"
    assert cards(bob.get("/templates?category=custom")) == ["After"]


def test_a_long_gallery_has_pages(app: Flask, bob: Person) -> None:  # T-05
    for number in range(20):
        add_template(app, bob.actor, f"Number {number:02}", definition())
    first, second = bob.get("/templates"), bob.get("/templates?page=2")
    every = SYSTEM_TEMPLATES + 20
    assert len(cards(first)) == PER_PAGE
    assert len(cards(second)) == every - PER_PAGE
    assert not set(cards(first)) & set(cards(second))
    assert "page=2" in first.text
    assert f"{PER_PAGE} of {every} templates" in first.text


def test_who_may_only_look_is_not_offered_to_use(vera: Person) -> None:
    page = vera.get("/templates").text
    assert "Preview" in page
    assert "Use template" not in page
