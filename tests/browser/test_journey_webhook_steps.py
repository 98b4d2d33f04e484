"""A workflow calls other software: Alice sees what was sent, sends again what has failed, and reads the
secret (E-16)."""

import json

from playwright.sync_api import Browser, Page, expect

from tests.browser.showing import reload_until
from tests.services import browsing
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation
from tests.services.receiver import Receiver, receiver
from tests.unit.workflows.documents import definition, step

FIELDS = {"greeting": "Hello {{ contact.email }}", "plan": "Spring campaign"}


def calling(api: ApiUser, there: Receiver, name: str, *emails: str) -> str:
    """The path of a workflow whose people have reached its webhook step."""
    workflow = api.create_workflow("New lead welcome", name)
    steps = definition(step("hook", "webhook", url=f"{there.url}/hooks/leads", fields=FIELDS))
    api.call("PATCH", workflow, {"definition": steps})
    api.call("POST", f"{workflow}/activate", {"accept_missing": True})
    api.wait(api.add(workflow, list(emails)), "completed")
    api.call("POST", f"{workflow}/start", {})
    return workflow


def settle(page: Page, workflow: str, state: str, number: int) -> None:
    page.goto(f"/deliveries?view={state}&workflow={workflow.rpartition('/')[2]}")
    reload_until(page, lambda: page.locator("main tbody tr").count() == number)


def test_failed_requests_are_sent_again(chromium: Browser, workplace: Installation, api: ApiUser) -> None:
    with receiver() as there, BrowserUser(chromium, workplace.url) as alice:
        there.statuses, there.body = [404, 404], b"No such list"
        workflow = calling(api, there, "Calling", "call.one@example.com", "call.two@example.com")
        browsing.sign_in(alice.page)
        settle(alice.page, workflow, "failed", 2)
        alice.check_everywhere(browsing.WINDOWS)
        alice.page.get_by_role("link", name="POST 127.0.0.1").first.click()
        alice.expect_text("Status 404")
        alice.check_everywhere(browsing.WINDOWS)
        alice.page.goto(workflow)
        alice.link("View failed requests").click()
        alice.press(alice.button("Send again"))
        alice.check_page()
        alice.press(alice.button("Send again", alice.page.locator("#send-again")))
        alice.expect_text("2 requests will be sent again now.")
        settle(alice.page, workflow, "delivered", 2)
        bodies = [json.loads(one.body) for one in there.received]
        assert len({one["id"] for one in bodies}) == 2 and len(bodies) == 4
        assert bodies[0]["fields"]["greeting"] == f"Hello {bodies[0]['contact']['email']}"


def test_the_step_and_the_secret(chromium: Browser, workplace: Installation, api: ApiUser) -> None:
    with receiver() as there, BrowserUser(chromium, workplace.url) as alice:
        workflow = calling(api, there, "Calling once", "call.three@example.com")
        browsing.sign_in(alice.page)
        alice.page.goto(f"{workflow}/steps/hook")
        alice.check_everywhere(browsing.WINDOWS)
        alice.page.get_by_label("If the request fails").select_option("end")
        alice.button("Save").click()
        alice.expect_text("Call webhook")
        alice.page.goto("/settings/webhook-signing")
        alice.check_everywhere(browsing.WINDOWS)
        alice.button("Show secret").click()
        expect(alice.page.locator("#webhook-secret")).to_contain_text("whsec_")
        alice.check_everywhere(browsing.WINDOWS)
        alice.page.goto("/settings/webhook-signing")
        alice.press(alice.button("Replace secret"))
        alice.check_page()
        alice.press(alice.button("Replace secret", alice.page.locator("#secret-dialog")))
        alice.expect_text("requests have a second")
        alice.press(alice.button("End previous secret"))
        alice.press(alice.button("End previous secret", alice.page.locator("#previous-dialog")))
        alice.expect_text("signed with the new secret only")


def test_without_javascript(plain: Page, api: ApiUser) -> None:
    with receiver() as there:
        there.statuses = [410]
        workflow = calling(api, there, "Calling plainly", "call.four@example.com")
        settle(plain, workflow, "failed", 1)
        plain.get_by_role("link", name="POST 127.0.0.1").first.click()
        plain.get_by_role("button", name="Send again").first.click()
        plain.locator("#send-again").get_by_role("button", name="Send again").click()
        expect(plain.get_by_text("The request will be sent again now.")).to_be_visible()
