"""A whole campaign without a mail server.

500 people are added, their emails are in the outbox, somebody clicks and the branch is taken, somebody else
unsubscribes, and the workflow's numbers say so.
"""

import re
import time
from typing import Any

from playwright.sync_api import Browser, FrameLocator, Page, expect

from app.messaging.domain.reactions.machines import TOO_SOON
from tests.services import browsing
from tests.services.api_user import WITHIN, ApiUser
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation

PEOPLE = 500
PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36"
NAME = "Campaign of an afternoon"
SUBJECT = 'An afternoon for you, {{ contact.first_name | default: "friend" }}'


def definition(url: str) -> dict[str, Any]:
    """An email; whoever clicks its link within two days gets a tag, the others a second email."""
    body = f"Hello,\n\n[See the program]({url}/healthz)\n\n{{{{ sender.name }}}}"
    clicked = {"all": [{"field": "event.link_clicked", "op": "equals", "value": "invitation"}]}
    tag = {"id": "tag-clicked", "type": "add_tag", "config": {"tag": "came-by"}}
    again = {"subject": "Still time", "body": body}
    reminder = {"id": "reminder", "type": "send_email", "config": again}
    return {
        "format": 1,
        "trigger": {"type": "manual", "config": {}},
        "steps": [
            {"id": "invitation", "type": "send_email", "config": {"subject": SUBJECT, "body": body}},
            {
                "id": "until-clicked",
                "type": "wait_for_event",
                "config": {
                    "event": "link_clicked",
                    "step": "invitation",
                    "timeout": {"amount": 2, "unit": "days"},
                },
            },
            {
                "id": "has-clicked",
                "type": "branch",
                "config": {
                    "arms": [{"id": "yes", "name": "Clicked", "criteria": clicked, "steps": [tag]}],
                    "default": {"name": "No click", "steps": [reminder]},
                },
            },
        ],
    }


def test_a_campaign_from_its_start_to_its_numbers(
    chromium: Browser, workplace: Installation, api: ApiUser
) -> None:
    workflow = create(api, workplace.url)
    job = api.add(workflow, [f"guest{number}@example.com" for number in range(PEOPLE)])
    assert api.wait(job)["status"] == "completed"
    with BrowserUser(chromium, workplace.url) as alice:
        browsing.sign_in(alice.page)
        alice.page.goto(workflow)
        alice.button(f"Start for {PEOPLE} people").click()
        clicking, leaving, *_ = wait_for_messages(api, workflow)
        time.sleep(TOO_SOON.total_seconds())  # whoever clicks sooner is taken for a mail filter
        alice.page.goto(f"/messages?workflow={workflow.rpartition('/')[2]}")
        alice.expect_text("An afternoon for you")
        alice.check_page()
        follow(chromium, workplace.url, open_message(alice.page, clicking), "See the program").context.close()
        wait_for_timeline(alice.page, clicking, "came-by")
        alice.check_page()
        page = follow(chromium, workplace.url, open_message(alice.page, leaving), "Unsubscribe")
        page.get_by_role("button", name="Unsubscribe from everything").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("You’re unsubscribed")
        page.context.close()
        wait_for_timeline(alice.page, leaving, "unsubscribed")
        alice.page.goto(workflow)
        alice.expect_text("498 here")
        alice.check_page()
        alice.page.goto(f"{workflow}/analytics")
        for name, number in (("Completed without a goal", 1), ("Active", PEOPLE - 2), ("Removed", 1)):
            expect(alice.page.locator("main")).to_contain_text(re.compile(rf"{name}\s+{number}\b"))
        alice.check_page()


def create(api: ApiUser, url: str) -> str:
    """Create the workflow from a template of one's own, and activate it; return its path."""
    api.call("POST", "/workflow-templates", {"name": NAME, "definition": definition(url)})
    return api.create_workflow(NAME, NAME)


def wait_for_messages(api: ApiUser, workflow: str) -> list[dict[str, Any]]:
    """Wait until every email is in the outbox; return the newest."""
    path = f"/messages?workflow={workflow.rpartition('/')[2]}&limit=100"
    give_up = time.monotonic() + WITHIN
    while True:
        found, following = [], path
        while following:
            page = api.call("GET", following)
            found += [one for one in page["data"] if one["state"] == "sent"]
            following = f"{path}&cursor={page['next_cursor']}" if page["next_cursor"] else ""
        if len(found) == PEOPLE:
            return found
        assert len(found) < PEOPLE and time.monotonic() < give_up, len(found)
        time.sleep(1)


def open_message(page: Page, message: dict[str, Any]) -> FrameLocator:
    """Open a message in the outbox; return the frame that shows it."""
    page.goto(f"/messages/{message['id']}")
    return page.frame_locator("iframe")


def follow(chromium: Browser, url: str, frame: FrameLocator, link: str) -> Page:
    """Follow a link in a message with a browser that says it is a person's; return the page."""
    address = frame.get_by_role("link", name=link).first.get_attribute("href")
    assert address
    page = chromium.new_context(base_url=url, user_agent=PERSON).new_page()
    page.goto(address)
    return page


def wait_for_timeline(page: Page, message: dict[str, Any], words: str) -> None:
    """Wait until the page of a message's contact says something."""
    give_up = time.monotonic() + WITHIN
    while True:
        page.goto(f"/contacts/{message['contact_id']}")
        if re.search(words, page.locator("main").inner_text(), re.IGNORECASE):
            return
        assert time.monotonic() < give_up, page.locator("main").inner_text()
        time.sleep(0.5)
