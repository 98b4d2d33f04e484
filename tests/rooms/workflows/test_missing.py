"""An activation says what is missing: on a page that works without JavaScript, in the use case, and with
links to where each thing is fixed."""

import re

import pytest

from app.accounts import application as accounts
from app.forms import application as forms
from app.workflows import application as workflows
from app.workflows.application import ActivationQuestion, Ask
from tests.rooms.forms.forming import TEXTS
from tests.rooms.gallery.shelf import connect
from tests.rooms.workflows.drafts import complete, draft, found, welcome
from tests.unit.workflows.documents import branch, definition, email, off, path, rule, sms, step, wait

NOTHING_ON = definition(off(email("hello")), off(sms("short")), step("tag", "add_tag", tag="x"))


def activate(person, public_id, **sent):
    return person.post(f"/workflows/{public_id}/activation", sent)


def test_a_workflow_in_which_no_message_is_live_asks(app, bob):
    public_id = draft(app, bob.actor, definition=NOTHING_ON)
    asked = activate(bob, public_id, then="people")
    assert asked.location == f"/workflows/{public_id}/activation?then=people"
    assert found(app, bob.actor, public_id).status == "draft"
    page = bob.get(asked.location).text
    assert "No message in this workflow is live" in page and "Activate anyway" in page
    assert 'name="confirmed" value="1"' in page and 'name="then" value="people"' in page
    done = activate(bob, public_id, then="people", confirmed="1")
    assert done.location == f"/workflows/{public_id}/enroll"
    assert found(app, bob.actor, public_id).status == "active"


def test_with_nothing_missing_nobody_is_asked(app, bob, postal_address):
    public_id = draft(app, bob.actor, definition=complete())
    assert "Nothing is missing" in bob.get(f"/workflows/{public_id}/activation").text
    assert activate(bob, public_id).location == f"/workflows/{public_id}"
    assert found(app, bob.actor, public_id).status == "active"


def test_the_use_case_asks_by_itself(app, bob):
    nothing, some = (draft(app, bob.actor, definition=one) for one in (NOTHING_ON, welcome()))
    with app.app_context():
        with pytest.raises(ActivationQuestion) as asked:
            workflows.activate(bob.actor, nothing)
        assert asked.value.code == "CONFIRMATION_NEEDED" and asked.value.nothing_live
        assert asked.value.facts["missing"][0]["kind"] == "nothing_live"
        with pytest.raises(ActivationQuestion) as asked:
            workflows.activate(bob.actor, some, Ask.ANYTHING)
        assert not asked.value.nothing_live
        assert workflows.activate(bob.actor, nothing, Ask.NEVER).status == "active"
        assert workflows.activate(bob.actor, some).status == "active"


def test_each_thing_leads_to_where_it_is_put_right(app, bob):
    written = definition(
        email("hello", "Hi", "Visit {{ account.website }}"),
        off(sms("short")),
        sms("live"),
        off(step("tag", "add_tag", tag="x")),
        off(email("book", "Hi", "Book {{ account.booking_link }}")),
        email("review", "Hi", "Review {{ account.review_link }}"),
    )
    public_id = draft(app, bob.actor, definition=written)
    page = f"/workflows/{public_id}"
    for shown in (bob.get(page).text, bob.get(f"{page}/activation").text):
        assert 'href="/settings/business#website"' in shown
        assert 'href="/settings/business#review_link"' in shown
        assert 'href="/settings/integrations"' in shown
    asked = bob.get(f"{page}/activation").text
    assert f'href="{page}/steps/short"' in asked and f'href="{page}/steps/book"' in asked
    assert f'href="{page}/steps/tag"' in asked
    for address in ("/settings/integrations", "/settings/business", f"{page}/steps/short"):
        assert bob.get(address).status_code == 200
    assert 'id="switched-off"' in bob.get(page).text


def test_a_workflow_that_emails_needs_a_postal_address(app, alice, bob, postal_address):
    emails = draft(app, bob.actor, definition=complete())
    with app.app_context():
        accounts.change_business(alice.actor, {"postal_address": ""})
    for page in (f"/workflows/{emails}", f"/workflows/{emails}/activation", f"/workflows/{emails}/enroll"):
        shown = bob.get(page).text
        assert "Your postal address isn’t set." in shown and "/settings/business#postal_address" in shown
    assert activate(bob, emails).location == f"/workflows/{emails}/activation"
    with app.app_context():
        accounts.change_business(alice.actor, {"postal_address": "1 Quay Street"})
    assert "postal address" not in bob.get(f"/workflows/{emails}/activation").text
    assert activate(bob, emails).location == f"/workflows/{emails}"


def test_a_form_that_is_missing_is_made_under_its_name(app, bob, postal_address):  # W-11
    trigger = {"type": "form_submitted", "enabled": True, "config": {"form": "Sign up & win"}}
    public_id = draft(app, bob.actor, definition=definition(email(), trigger=trigger))
    address = "/settings/forms/new?name=Sign%20up%20%26%20win"
    assert f'href="{address}"' in bob.get(f"/workflows/{public_id}/activation").text
    assert 'value="Sign up &amp; win"' in bob.get(address).text
    with app.app_context():
        forms.create_form(bob.actor, "Sign up & win", TEXTS, {})
        assert workflows.what_is_missing(bob.actor, public_id) == []


def test_emails_that_stay_in_the_outbox_are_said_and_not_asked_about(app, bob, postal_address):  # W-05
    public_id = draft(app, bob.actor, definition=complete())
    quiet = draft(app, bob.actor, definition=definition(step("tag", "add_tag", tag="x")))
    said = "No mail server is connected"
    assert said in bob.get(f"/workflows/{public_id}/activation").text
    assert said not in bob.get(f"/workflows/{quiet}/activation").text
    assert activate(bob, public_id).location == f"/workflows/{public_id}", "nothing is asked"
    assert f"{said}, so its emails are kept in the outbox." in bob.get(f"/workflows/{public_id}").text


def test_what_is_set_is_missing_no_more(app, alice, bob, postal_address):
    written = definition(email("hello", "Hi", "Visit {{ account.website }} or {{ account.review_link }}"))
    public_id = draft(app, bob.actor, definition=written)
    with app.app_context():
        assert len(workflows.what_is_missing(bob.actor, public_id)) == 2
        accounts.change_business(alice.actor, {"website": "example.com", "review_link": "https://r.example"})
        assert workflows.what_is_missing(bob.actor, public_id) == []


def test_a_part_that_is_off_is_switched_on_and_off_again(app, bob, vera, mallory):
    goal = {"id": "g1", "type": "tag_added", "enabled": False, "config": {"tag": "x"}}
    trigger = {"type": "tag_added", "enabled": False, "config": {"tag": "vip"}}
    written = definition(email("hello"), off(sms("short")), trigger=trigger, goals={"items": [goal]})
    public_id = draft(app, bob.actor, definition=written)
    page = f"/workflows/{public_id}"
    for number, part in enumerate(("short", "trigger", "g1"), 1):
        address = f"{page}/steps/{part}/switch"
        assert address in bob.get(page).text
        assert vera.post(address, {"switch": "on", "revision": "1"}).status_code == 403
        assert mallory.post(address, {"switch": "on", "revision": "1"}).status_code == 404
        answer = bob.post(address, {"switch": "on", "revision": str(number)})
        assert answer.status_code == 303 and answer.location.endswith(f"#step-{part}")
    document = found(app, bob.actor, public_id).definition
    assert document["steps"][1]["enabled"] and document["trigger"]["enabled"]
    assert document["goals"]["items"][0]["enabled"]
    assert 'id="switched-off"' not in bob.get(page).text
    assert bob.post(f"{page}/steps/short/switch", {"switch": "off", "revision": "1"}).status_code == 409
    assert bob.post(f"{page}/steps/short/switch", {"switch": "off", "revision": "4"}).status_code == 303
    assert found(app, bob.actor, public_id).definition["steps"][1]["enabled"] is False
    assert bob.post(f"{page}/steps/nothing/switch", {"switch": "on", "revision": "5"}).status_code == 404


def test_what_is_ready_is_switched_on_with_one_edit(app, alice, bob, vera, mallory):
    book, review = (f"Go to {{{{ account.{name}_link }}}}" for name in ("booking", "review"))
    written = [email("hello"), sms("short"), sms("book", book), sms("review", review), email("quiet")]
    public_id = draft(app, bob.actor, definition=definition(*map(off, written)))
    page, address = f"/workflows/{public_id}", f"/workflows/{public_id}/ready-steps"
    shown = bob.get(page).text
    assert "5 parts are switched off." in shown and address not in shown
    assert bob.post(address, {"revision": "1"}).status_code == 422
    connect(app, bob.actor, "sms")
    with app.app_context():
        accounts.change_business(alice.actor, {"booking_link": "https://book.example/us"})
    shown = bob.get(page).text
    assert "2 steps are ready to be switched on. 3 others are switched off." in shown
    assert "Switch on 2 steps that are ready" in shown and shown.count("Has what it needs") == 2
    assert address not in vera.get(page).text
    assert vera.post(address, {"revision": "1"}).status_code == 403
    assert mallory.post(address, {"revision": "1"}).status_code == 404
    assert bob.post(address, {"revision": "7"}).status_code == 409
    assert bob.post(address, {"revision": "1"}).location == f"{page}?step=short&revision=2#step-short"
    assert enabled(app, bob, public_id) == [False, True, True, False, False]
    assert "switched on steps in" in alice.get("/activity").text
    assert bob.post(f"{page}/undo", {"revision": "2"}).status_code == 303
    assert enabled(app, bob, public_id) == [False] * 5


def test_a_path_that_nobody_can_take_is_named(app, bob, vera):
    replied = path("replied", "Replied", {"all": [rule("event.replied", "equals", "short")]}, wait("pause"))
    written = definition(email("hello"), off(sms("short")), branch("ways", replied))
    page = f"/workflows/{draft(app, bob.actor, definition=written)}"
    sentence = "Nobody can take the path “Replied”: its messages are switched off."
    shown, asked = bob.get(page).text, bob.get(f"{page}/activation").text
    assert shown.count(sentence) == 2 and f'warning">{sentence}' in shown.replace('"><span>', '">')
    assert sentence in asked and f'<a href="{page}#step-ways">See the branch</a>' in asked
    assert 'id="step-ways"' in shown and "/steps/ways/paths" not in vera.get(page).text
    bob.post(f"{page}/steps/short/switch", {"switch": "on", "revision": "1"})
    assert sentence not in bob.get(page).text


def enabled(app, person, public_id):
    return [one["enabled"] for one in found(app, person.actor, public_id).definition["steps"]]


def test_a_part_that_is_off_links_to_everything_it_lacks(app, bob):
    text = off(sms("short", "Book at {{ account.booking_link }}"))
    public_id = draft(app, bob.actor, definition=definition(email("hello"), text))
    page = bob.get(f"/workflows/{public_id}/activation").text
    sentence = page.index("Step 2, Send SMS, is switched off. It needs SMS, which isn’t connected.")
    links = re.findall(r'<a href="([^"]+)">([^<]+)</a>', page[sentence : page.index("</li>", sentence)])
    assert [label for _, label in links] == [
        "See integrations",
        "Add it in business details",
        "Open the step",
    ]
    for address, _ in links:
        assert bob.get(address.partition("#")[0]).status_code == 200


def test_the_page_of_a_step_switches_it_on_with_what_was_typed(app, bob):
    public_id = draft(app, bob.actor, definition=definition(email("hello"), off(sms("short"))))
    page = f"/workflows/{public_id}/steps/short"
    shown = bob.get(page).text
    assert "This step is off" in shown and "Save and switch on" in shown
    assert "needs SMS, which isn’t connected" in shown
    assert bob.post(page, {"text": "Typed", "revision": "1", "switch": "on"}).status_code == 303
    kept = found(app, bob.actor, public_id).definition["steps"][1]
    assert (kept["enabled"], kept["config"]["text"]) == (True, "Typed")
    assert bob.post(page, {"text": "Again", "revision": "2"}).status_code == 303
    assert found(app, bob.actor, public_id).definition["steps"][1]["enabled"] is True


def test_a_contact_field_that_is_needed_is_made_with_one_button(app, bob, vera, postal_address):
    written = definition(email("hello", "Hi", "Your plan: {{ contact.custom.service_plan }}"))
    public_id = draft(app, bob.actor, definition=written)
    refused = activate(bob, public_id)
    assert refused.status_code == 422 and "Create contact field: Service plan" in refused.text
    assert vera.post(f"/workflows/{public_id}/fields").status_code == 403
    assert bob.post(f"/workflows/{public_id}/fields").status_code == 303
    assert activate(bob, public_id).location == f"/workflows/{public_id}"
    assert found(app, bob.actor, public_id).status == "active"


def test_previews_show_the_business_as_it_is_and_flag_what_is_empty(app, alice, bob):
    written = definition(email("hello", "Hi", "Visit {{ account.website }}, call {{ account.phone }}."))
    page = f"/workflows/{draft(app, bob.actor, definition=written)}/steps/hello"
    before = bob.get(page).text
    assert "Not set, so it stays empty" in before and "Your website" in before
    assert "www.example.com" not in before
    with app.app_context():
        accounts.change_business(
            alice.actor, {"website": "https://agency.example/", "phone": "+49 30 901820"}
        )
    after = bob.get(page).text
    assert "https://agency.example/" in after and "+49 30 901820" in after
    assert "Not set" not in after
    assert (
        "Add it in business details"
        in alice.htmx("post", f"{page}/preview", data={"body": "{{ account.booking_link }}"}).text
    )


def test_strangers_and_viewers_activate_nothing(app, bob, vera, mallory):
    public_id = draft(app, bob.actor, definition=NOTHING_ON)
    assert mallory.get(f"/workflows/{public_id}/activation").status_code == 404
    assert vera.get(f"/workflows/{public_id}/activation").status_code == 403
    assert activate(vera, public_id, confirmed="1").status_code == 403
    assert found(app, bob.actor, public_id).status == "draft"


def test_a_preview_leaves_out_what_is_said_only_with_a_business_detail(app, alice, bob):
    written = definition(
        email("hello", "Hi", "Call us{% if account.phone %} at {{ account.phone }}{% endif %} today.")
    )
    page = f"/workflows/{draft(app, bob.actor, definition=written)}/steps/hello"
    assert "Call us today." in bob.get(page).text
    with app.app_context():
        accounts.change_business(alice.actor, {"phone": "+49 30 901820"})
    assert "Call us at +49 30 901820 today." in bob.get(page).text
