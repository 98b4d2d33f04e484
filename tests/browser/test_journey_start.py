"""Starting a workflow for the people who wait for it, in portions: with a preview, and without JavaScript
(B-15, E-01)."""

from playwright.sync_api import Browser, Page, expect

from tests.services import browsing
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation


def waiting(api: ApiUser, name: str) -> str:
    """The path of a workflow in which five people wait for the start."""
    workflow = api.create_workflow("New lead welcome", name)
    job = api.add(workflow, [f"{name.lower()}.{at}@example.com" for at in range(5)])
    api.wait(job, "completed")
    return workflow


def test_the_plan_changes_while_choosing(chromium: Browser, workplace: Installation, api: ApiUser) -> None:
    workflow = waiting(api, "Begin")
    with BrowserUser(chromium, workplace.url) as alice:
        browsing.sign_in(alice.page)
        alice.page.goto(workflow)
        alice.link("Spread over time…").click()
        expect(alice.page.get_by_label("People at a time", exact=True)).to_be_hidden()
        alice.page.get_by_label("Spread over time").check()
        alice.page.get_by_label("People at a time", exact=True).fill("2")
        expect(alice.page.locator(".when-plan")).to_contain_text("5 people in 3 portions")
        alice.check_everywhere(browsing.WINDOWS)
        alice.button("Start").click()
        alice.expect_text("The workflow has started. 5 people in 3 portions")
        alice.link("Change pace").click()
        alice.expect_text("Current pace: 2 people a day on weekdays from 9:00 AM to 5:00 PM.")
        alice.page.get_by_label("All at once").check()
        alice.button("Save pace").click()
        alice.expect_text("The workflow has started: ")


def test_without_javascript(plain: Page, api: ApiUser) -> None:
    plain.goto(f"{waiting(api, 'Plainly')}/people/start")
    plain.get_by_label("Spread over time").check()
    plain.get_by_label("People at a time", exact=True).fill("0")
    plain.get_by_role("button", name="Start", exact=True).click()
    expect(plain.get_by_text("Enter how many people to add at a time").first).to_be_visible()
    plain.get_by_label("People at a time", exact=True).fill("3")
    plain.get_by_role("button", name="Start", exact=True).click()
    expect(plain.get_by_text("5 people in 2 portions").first).to_be_visible()
