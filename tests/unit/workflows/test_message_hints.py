"""Hints on the texts of messages, by fixed rules (W-01)."""

import time

import pytest

from app.workflows.domain import Definition, parse
from app.workflows.domain.drawing.sample_message import SampleMessage, sample_message
from app.workflows.domain.messages.hints import text_hints
from app.workflows.domain.messages.merge_tags import sample_context
from tests.unit.workflows.documents import definition, email, goal, goals, off, parsed, sms, step


def hints(text: str, kind: str = "markdown") -> tuple[str, ...]:
    return text_hints(kind, text, sample_context())


def sample(read: Definition, step_id: str) -> SampleMessage:
    found = read.step(step_id)
    assert found is not None
    made = sample_message(read, found)
    assert made is not None
    return made


def hints_on(read: Definition, step_id: str, name: str = "body") -> tuple[str, ...]:
    return sample(read, step_id).advice[name].hints


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Act  now", "react to “act now”, because spam puts pressure on people."),
        ("Make money, and HURRY UP", "react to “make money”, because spam promises money."),
        ("Congratulations, you made it", "“congratulations, you”, because messages that steal passwords"),
        ("You've won", "react to “you’ve won”"),
        ("It is 100% free", "react to “100% free”, because spam promises too much."),
        ("[Click here]({{ account.website }})", "“click here”, which doesn’t say where a link leads."),
    ],
)
def test_words_of_spam(text, hint):  # W-01
    assert any(hint in one for one in hints(text)), hints(text)


@pytest.mark.parametrize(
    "text",
    [
        "No hurry, we react now and then.",
        "Your free trial ends today. Order online!",
        "**React nowhere** [See it]({{ account.website }}/act-now?a=make+money)",
        "Ask about HTML and CSS at NASA. VAT ID: GB 123456",
        "![A boat](https://harbor.test.org/boat.png) and [write](mailto:a@b.org) or [call](tel:+44207946)",
        "Our site: {{ account.website }}, https://harbor.studio/a, [shop](harbor.studio/shop)",
        "[Book]({{ account.booking_link }}?who={{ contact.email }}) https://{{ account.website }}",
        "[Stop]({{ unsubscribe_link }}) [not a link], a (remark) and {braces}",
        "",
    ],
)
def test_ordinary_texts_get_no_hint(text):  # W-01
    assert hints(text) == ()


def test_shouting():  # W-01
    assert hints("Hello\nTHIS IS REALLY IMPORTANT today", "line") == (
        "“THIS IS REALLY IMPORTANT” reads like shouting. Use capital letters sparingly.",
    )
    assert hints("Sale!", "line") == hints("Yes! And yes!", "message") == ()
    assert hints("Sale! Today!", "line") == (
        "There are 2 exclamation marks. Fewer make a calmer impression.",
    )
    assert "in a row" in hints("Sale!!", "message")[0]
    assert hints("![x](https://a.org/b) " * 9) == ()


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("[Prices](/prices)", "“/prices” is only part of an address. Start it with https:// and your site."),
        ("[Prices](#prices)", "“#prices” is only part of an address. Start it with https:// and your site."),
        ("[Prices](prices)", "“prices” can’t be opened from an email. Start it with https:// or mailto:."),
        (
            "[Prices](htps://a.org)",
            "“htps://a.org” can’t be opened from an email. Start it with https:// or mailto:.",
        ),
        ("[Prices]()", "The link “Prices” has no address."),
        ("[]()", "A link is empty."),
        ("[](https://a.org)", "The link to https://a.org has no text, so people can’t see it."),
        ("[Prices](https://a.org/the prices)", "isn’t a link. Check its address for spaces."),
        ("See www.harbor.studio today", "“www.harbor.studio” isn’t a link. Start it with https://."),
        ("http://localhost:5000/x", "localhost can only be reached from your own network."),
        ("[Test](http://192.168.1.5)", "192.168.1.5 can only be reached from your own network."),
        ("[Test](https://intranet/x)", "intranet can only be reached from your own network."),
        (
            "[Site](https://www.example.com/a)",
            "example.com is a placeholder. Use the address of your website.",
        ),
        (
            "[Offer](https://bit.ly/3abc)",
            "Spam filters distrust short links such as bit.ly. Use the full address.",
        ),
        ("[Me](https://a.org/{id})", "“{id}” in a link isn’t a merge tag, so it stays as it is."),
        (
            "[Me](https://a.org/?e=*|EMAIL|*)",
            "“*|EMAIL|*” in a link isn’t a merge tag, so it stays as it is.",
        ),
        ("![](https://a.org/b.png)", "An image has no description"),
        (
            "![A boat](/boat.png) ![A boat](boat.png)",
            "The address of an image isn’t complete. Start it with https://.",
        ),
    ],
)
def test_links_that_lead_nowhere(text, hint):  # W-01
    found = hints(text)
    assert len(found) == 1 and hint in found[0], found


def test_links_of_a_text_message():  # W-01
    assert hints("Offer: https://bit.ly/3abc.", "message") == (
        "Spam filters distrust short links such as bit.ly. Use the full address.",
    )
    assert hints("https://{{ account.website }} {{ account.booking_link }}", "message") == ()


def test_the_subject_is_measured_as_it_is_sent():  # W-01
    read = parse(definition(email(subject="Hello {{ contact.first_name }}")))
    advice = sample(read, "hello").advice
    assert (advice["subject"].length, advice["subject"].visible, advice["subject"].hints) == (10, 60, ())
    assert (advice["preheader"].length, advice["preheader"].visible) == (0, 90)
    long = parse(definition(email(subject="{{ contact.full_name }}" + "x" * 50)))
    assert hints_on(long, "hello", "subject") == ("64 characters. Many inboxes cut this off after about 60.",)


def test_what_waits_for_a_click_needs_a_link():  # W-01
    linked = "[Book]({{ account.booking_link }})"
    named = goal("clicks", "link_clicked", step="hello")
    this = ("Goal 1 waits for a click in this message, but the message has no link.",)
    assert hints_on(parsed(email(), goals=goals(named)), "hello") == this
    assert hints_on(parsed(email(body=linked), goals=goals(named)), "hello") == ()
    assert hints_on(parsed(email(), email("other"), goals=goals(named)), "other") == ()
    assert hints_on(parsed(email(), goals=goals(off(named))), "hello") == ()
    anywhere = goal("clicks", "link_clicked")
    nowhere = ("Goal 1 waits for a click, but none of the messages has a link.",)
    assert hints_on(parsed(email(), goals=goals(anywhere)), "hello") == nowhere
    assert hints_on(parsed(email(), sms(text="https://a.org"), goals=goals(anywhere)), "hello") == ()
    assert hints_on(parsed(email(), email("other", body=linked), goals=goals(anywhere)), "hello") == ()
    waiting = step(
        "late", "wait_for_event", event="link_clicked", step="hello", timeout={"amount": 1, "unit": "days"}
    )
    assert "Step 2 waits for a click in this message" in hints_on(parsed(email(), waiting), "hello")[0]


def test_many_long_messages_are_not_rendered_for_a_hint():  # W-01
    waits = [
        step(f"w{at}", "wait_for_event", event="link_clicked", timeout={"amount": 1, "unit": "days"})
        for at in range(40)
    ]
    read = parsed(
        *(email(f"m{at}", body="{{ contact.first_name }} and *more* " * 280) for at in range(40)), *waits
    )
    began = time.process_time()
    assert len(hints_on(read, "m0")) > 30
    assert time.process_time() - began < 2


def test_the_inbox_shows_the_preview_text_or_how_the_text_begins():  # W-01
    body = "Hi **{{ contact.first_name }}**, it’s\n\n- a [test](https://a.org/b?c=1&d=2) & more"
    read = parse(definition(email(body=body)))
    assert sample(read, "hello").shown.inbox_text == "Hi Nora, it’s a test & more"
    hello = email(body=body)
    hello["config"]["preheader"] = "For {{ contact.first_name }}"
    assert sample(parse(definition(hello)), "hello").shown.inbox_text == "For Nora"
    assert len(sample(parse(definition(email(body="word " * 3_000))), "hello").shown.inbox_text) <= 200


@pytest.mark.parametrize(
    "text", ["{{" * 10_000, "[" * 20_000, "[a](b) " * 9_000, "](" * 10_000, "act " * 20_000]
)
def test_hostile_texts_are_judged_quickly_and_briefly(text):
    begin = time.perf_counter()
    for kind in ("line", "message", "markdown"):
        assert len(hints(text, kind)) <= 10
    assert time.perf_counter() - begin < 5
