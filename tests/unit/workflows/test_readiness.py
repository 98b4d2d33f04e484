"""What a sound workflow still lacks, and what is no gap."""

import pytest

from app.workflows.domain import draw, parse
from app.workflows.domain.checks import readiness
from app.workflows.domain.checks.readiness import GapKind, brought_by, off_parts, tags_without_value
from tests.unit.workflows.documents import (
    branch,
    definition,
    email,
    goal,
    goals,
    off,
    path,
    rule,
    sms,
    step,
    wait,
)

BOOKED = {"type": "appointment_booked", "enabled": True, "config": {}}


def gaps(document, *, filled=(), **given):
    """The gaps of a workflow in an account with a postal address."""
    return readiness.gaps(parse(document), filled={"account.postal_address", *filled}, **given)


def first(step):
    return parse(definition(step)).steps[0]


def kinds(document, **given):
    return [(gap.kind, gap.part_id) for gap in gaps(document, **given)]


def test_a_workflow_with_everything_in_place_lacks_nothing():
    assert gaps(definition(email(), wait("pause"), email("again"))) == []
    assert gaps(definition(email(), sms()), connected={"sms"}) == []


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (definition(off(email()), wait("pause")), "Nothing in this workflow is live: no message"),
        (definition(off(email()), off(step("tag", "add_tag", tag="x"))), "Nothing in this workflow is live"),
        (definition(off(email()), step("tag", "add_tag", tag="x")), "No message in this workflow is live"),
        (definition(sms(), step("tag", "add_tag", tag="x")), "No message in this workflow is live"),
        (definition(sms(), wait("pause")), "Nothing in this workflow is live"),
        (
            definition(off(branch("fork", path("a", "A", rule("contact.city", "is_empty"), email("in"))))),
            "Nothing in this workflow is live",
        ),
    ],
)
def test_a_workflow_that_would_send_nothing_says_so_first(document, sentence):
    found = gaps(document)
    assert found[0].kind == GapKind.NOTHING_LIVE
    assert found[0].message.startswith(sentence)


def test_a_workflow_that_was_never_meant_to_send_is_live():
    assert gaps(definition(step("tag", "add_tag", tag="x"))) == []


def test_every_part_that_is_off_is_named_with_what_it_needs():
    document = definition(
        email(),
        off(sms()),
        trigger={**BOOKED, "enabled": False},
        goals=goals({"id": "g", "type": "purchase_made", "enabled": False, "config": {}}),
    )
    assert [(part.id, part.needs) for part in off_parts(parse(document))] == [
        ("trigger", ("calendar",)),
        ("text", ("sms",)),
        ("g", ("payments",)),
    ]
    messages = [gap.message for gap in gaps(document)]
    assert messages == [
        "Trigger, Appointment booked, is switched off. It needs Calendar, which isn’t connected.",
        "Step 2, Send SMS, is switched off. It needs SMS, which isn’t connected.",
        "Goal 1, Makes a purchase, is switched off. It needs Payments, which isn’t connected.",
    ]


HELLO, TEXT = rule("event.replied", "equals", "hello"), rule("event.replied", "equals", "text")
CITY = rule("contact.city", "equals", "Bath")


@pytest.mark.parametrize(
    ("criteria", "is_said"),
    [
        ({"all": [TEXT]}, True),
        ({"all": [CITY, TEXT]}, True),
        ({"any": [TEXT, {"all": [CITY, TEXT]}]}, True),
        ({"all": [rule("event.link_clicked", "in_list", ["text", "text"])]}, True),
        ({"any": [CITY, TEXT]}, False),
        ({"all": [HELLO, CITY]}, False),
        ({"all": [rule("event.replied", "in_list", ["hello", "text"])]}, False),
        ({"all": [rule("event.replied", "not_equals", "text")]}, False),
        ({"all": [rule("event.replied", "in_list", [])]}, False),
        ({"all": [rule("event.replied", "equals", {"a": 1}), "text"]}, False),
        ({"all": []}, False),
        ({"all": [rule("event.email_opened", "is_not_empty")]}, False),
    ],
)
def test_a_path_that_waits_for_messages_that_are_off_is_never_taken(criteria, is_said):  # W-02
    document = definition(
        email(),
        off(sms()),
        branch("ways", path("yes", "Replied", criteria), path("city", "Bath", {"all": [CITY]})),
    )
    found = [gap for gap in gaps(document, connected={"sms"}) if gap.kind == GapKind.NEVER_TAKEN]
    sentence = "Nobody can take the path “Replied”: its messages are switched off."
    assert [(gap.message, gap.part_id) for gap in found] == [(sentence, "ways")] * is_said
    paths = draw(parse(document)).nodes[3].paths
    assert [one.warning for one in paths] == [sentence * is_said, "", ""]


def test_conditions_about_any_message_need_one_that_is_on():  # W-02
    opened, replied = (rule(f"event.{one}", "is_not_empty") for one in ("email_opened", "replied"))
    ways = branch("ways", path("a", "Opened", {"all": [opened]}), path("b", "Replied", {"all": [replied]}))
    found = [gap.message for gap in gaps(definition(off(email()), sms(), ways), connected={"sms"})]
    assert found[1:] == ["Nobody can take the path “Opened”: its messages are switched off."]


def test_waits_and_goals_for_reactions_need_messages_that_are_on():  # W-02
    day = {"amount": 1, "unit": "days"}

    def waiting(name, **config):
        return step(name, "wait_for_event", event="email_opened", timeout=day, **config)

    document = definition(
        waiting("early"),
        off(email()),
        waiting("named", step="hello"),
        email("more"),
        waiting("any"),
        waiting("fine", step="more"),
        off(waiting("unused", step="hello")),
        goals=goals(goal("g", "link_clicked", step="hello"), goal("h", "link_clicked")),
    )
    assert [gap.message for gap in gaps(document) if gap.kind == GapKind.MESSAGE_OFF] == [
        "Step 1, Wait for: no message before it that it’s about is switched on, so everyone waits the full "
        "time.",
        "Step 3, Wait for: Step 2, Send email, is switched off, so everyone waits the full time.",
        "Goal 1, Clicks a link: Step 2, Send email, is switched off, so nobody can reach it.",
    ]


def test_forms_that_do_not_exist_are_named():  # W-11
    trigger = {"type": "form_submitted", "enabled": True, "config": {"form": "Sign-up"}}
    asks = goals(goal("g", "form_submitted", form="Order  FORM"))
    document = definition(email(), trigger=trigger, goals=asks)
    assert gaps(document) == gaps(document, forms=["sign-up", "order form"]) == []
    [gap] = gaps(document, forms=["Order form"])
    assert (gap.kind, gap.part_id) == (GapKind.NO_FORM, "trigger")
    assert gap.message == (
        "Trigger, Form submitted: you have no form named “Sign-up”. Until you create it, only submissions "
        "sent through the API count."
    )


def test_what_is_on_but_cannot_run_is_named():
    assert kinds(definition(email(), sms(), trigger=BOOKED)) == [
        (GapKind.NOT_CONNECTED, "trigger"),
        (GapKind.NOT_CONNECTED, "text"),
    ]


def test_a_detail_of_the_business_that_is_not_set_is_named_once_with_its_steps():
    document = definition(
        email("a", "Hi", "See {{ account.website }}"), email("b", "Hi", "{{ account.website }}")
    )
    [gap] = gaps(document)
    assert (gap.kind, gap.tag) == (GapKind.NO_VALUE, "account.website")
    assert gap.message == "Your website isn’t set. It stays empty in step 1 and step 2."
    assert gaps(document, filled={"account.website"}) == []


def test_a_link_of_the_business_stands_for_the_integration():
    document = definition(email("a", "Hi", "Book: {{ account.booking_link }}"), email("b"))
    [gap] = gaps(document)
    assert (gap.kind, gap.message) == (
        GapKind.NO_VALUE,
        "Your booking page isn’t set. It stays empty in step 1.",
    )
    assert gaps(document, filled={"account.booking_link"}) == []


@pytest.mark.parametrize(
    ("text", "is_empty"),
    [
        ("Call {{ account.phone }}.", True),
        ("Call {{account.phone}} or {{ account.phone | default: 'us' }}.", True),
        ("Call {{ account.phone | default: 'us' }}.", False),
        ("{% if account.phone %}Call {{ account.phone }}.{% endif %}", False),
        ("Your {{ account.name }}, {{ sender.name }}, {{ contact.phone }}", False),
        ("On {{ event.starts_at }}", True),
        ("{% if account.phone %}Call us.{% endif %} {{ account.phone }}", True),
        ("{% if contact.city == 'Bonn' %}{{ account.phone }}{% endif %}", True),
        ("{% unless account.phone %}no phone{% else %}{{ account.phone }}{% endunless %}", False),
        ("{% case contact.city %}{% when 'Bonn' %}ok{% else %}{{ account.phone }}{% endcase %}", True),
        ("{% assign number = account.phone %}Call {{ number }}", True),
        ("{% assign number = account.phone | default: 'us' %}Call {{ number }}", False),
        ("{{ 'Call ' | append: account.phone }}", True),
        ("{{ account.phone | append: ' default' }}", True),
        ("{{ account.phone | prepend: 'Call ' | default: 'us' }}", False),
        ("{{ contact.phone | default: account.phone }}", True),
        ("{{ account.name | default: account.phone }}", False),
        ("{{ account.phone | default: account.website }}", True),
        ("{{- account.phone -}}", True),
        ('{{ account["phone"] }}', True),
    ],
)
def test_a_tag_counts_as_empty_only_where_the_text_relies_on_it(text, is_empty):
    assert bool(tags_without_value(first(email("a", "Hi", text)), ())) is is_empty


def test_emails_need_a_postal_address_whether_or_not_a_text_names_it():
    document = definition(email("a"), sms("b"), email("c", "Hi", "Visit {{ account.postal_address }}"))
    [gap] = readiness.gaps(parse(document), connected={"sms"})
    assert (gap.kind, gap.tag, gap.part_id) == (GapKind.NO_VALUE, "account.postal_address", "a")
    assert gap.message == (
        "Your postal address isn’t set. "
        "Marketing emails must include one in the US, the EU, and many other countries."
    )
    for without in (definition(sms()), definition(off(email()), sms())):
        assert not any(one.tag for one in readiness.gaps(parse(without), connected={"sms"}))


def test_an_event_fills_the_tags_that_it_brings():
    mail = email("a", "Hi", "{{ event.starts_at }} {{ event.amount }}")
    booked = parse(definition(mail, trigger=BOOKED))
    assert tags_without_value(booked.steps[0], (), brought_by(booked)) == ["event.amount"]
    hooked = parse(definition(mail, trigger={"type": "webhook_received", "config": {"key": "shop"}}))
    assert tags_without_value(hooked.steps[0], (), brought_by(hooked)) == []
    switched_off = parse(definition(mail, trigger=off(BOOKED)))
    assert brought_by(switched_off) == ()


def test_hostile_documents_are_read_without_harm():
    for document in ({}, [], None, {"steps": "x"}, {"steps": [{"type": [], "enabled": False}]}):
        assert isinstance(gaps(document), list)
    text = "{% if " * 3000 + "{{ account.phone" * 500
    assert isinstance(tags_without_value(first(email("a", "Hi", text)), ()), list)
