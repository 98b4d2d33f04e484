"""Advice on the texts of a message, beside their fields: it follows typing, and prevents nothing (W-01)."""

import re

from tests.rooms.workflows.drafts import draft, found
from tests.unit.workflows.documents import definition, email

LOUD = "Sale! Act now!"
HINT = "Spam filters react to “act now”"


def page_of(app, actor, **texts: str) -> str:
    """The page of an email in a new draft."""
    return f"/workflows/{draft(app, actor, definition=definition(email('hello', **texts)))}/steps/hello"


def advice(html: str, name: str) -> str:
    """The advice on a text, in a page or an answer."""
    return re.search(rf'<div class="advice" id="{name}-advice">.*?</div>', html, re.DOTALL)[0]


def test_advice_is_beside_the_field_and_describes_it(app, bob):  # W-01
    shown = bob.get(page_of(app, bob.actor, subject=LOUD)).text
    assert HINT in advice(shown, "subject") and "14 characters. Inboxes show about 60." in advice(
        shown, "subject"
    )
    assert "Inboxes show about 90." in advice(shown, "preheader") and "<li>" not in advice(shown, "preheader")
    assert re.search(r'<input [^>]*aria-describedby="subject-advice"[^>]*name="subject"', shown)
    assert 'aria-describedby="preheader-hint  preheader-advice"' in shown
    assert 'role="toolbar"' in shown and 'data-formats="body" hidden' in shown


def test_advice_prevents_nothing_and_follows_what_is_typed(app, bob):  # W-01
    page = page_of(app, bob.actor)
    typed = {"subject": LOUD, "body": "[Prices](/prices) <b>!</b>", "revision": "1"}
    answer = bob.htmx("post", f"{page}/preview", data=typed).text
    assert '<hx-partial hx-target="#subject-advice" hx-swap="outerMorph">' in answer
    assert HINT in advice(answer, "subject") and "is only part of an address" in advice(answer, "body")
    assert "<b>" not in answer
    wrong = bob.post(page, typed | {"subject": LOUD + "{{ nobody }}"})
    assert wrong.status_code == 422 and HINT in advice(wrong.text, "subject")
    assert bob.post(page, typed).status_code == 303
    assert found(app, bob.actor, page.split("/")[2]).definition["steps"][0]["config"]["subject"] == LOUD


def test_the_inbox_shows_sender_subject_and_preview_text(app, bob, vera):  # W-01
    page = page_of(app, bob.actor, subject="For {{ contact.first_name }}", body="Good to **have** you.")
    shown = vera.get(page).text
    assert 'inbox-sender">Alice</span>' in shown
    assert 'inbox-subject">For Nora</span><span class="inbox-text">Good to have you.</span>' in shown
    assert "-advice" not in shown and 'role="toolbar"' not in shown
    answer = bob.htmx("post", f"{page}/preview", data={"preheader": "Hi <i>"}).text
    assert 'inbox-text">Hi &lt;i&gt;</span>' in answer


def test_a_text_message_gets_advice_but_no_buttons(app, bob):  # W-01
    page = f"/workflows/{draft(app, bob.actor)}/steps/short"
    shown = bob.get(page).text
    assert 'aria-describedby="text-advice"' in shown and 'role="toolbar"' not in shown
    answer = bob.htmx("post", f"{page}/preview", data={"text": "https://bit.ly/3abc"}).text
    assert "short links such as bit.ly" in advice(answer, "text")
