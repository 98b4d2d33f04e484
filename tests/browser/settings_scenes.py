"""Settings, notifications, and workflows in states that no link leads to."""

import re

from playwright.sync_api import Page, expect

from tests.browser.showing import Show, at, opened, pressed, with_dialog
from tests.services.browser_user import BrowserUser

KINDS = {"Membership": "choice", "Renewal date": "date", "Seats": "number", "Old membership": "choice"}
WITHOUT = "Reviews, without a review page"


def settings_scenes(alice: BrowserUser, hook: str) -> dict[str, Show]:
    """Name → what shows it. `hook` is the address of a webhook."""
    page = alice.page
    for label, kind in KINDS.items():
        _create_field(page, label, kind)
    field = page.get_by_role("link", name="Membership", exact=True).get_attribute("href") or ""
    page.goto("/settings/webhook")
    page.get_by_label("Address").fill(hook)
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Send test").click()
    expect(page.locator("#webhook-calls")).to_contain_text("200 in")
    return {
        "fields": at("/settings/fields"),
        "fields-problems": pressed(at("/settings/fields"), "Create field"),
        "field": at(field),
        "field-merge": pressed(at(field), "Review merge", "#question-title"),
        "field-delete": at(f"{field}/deletion"),
        "token-made": _make_token,
        "token-problems": pressed(at("/settings/tokens"), "Create token"),
        "token-revoke": _revoke_token,
        "webhook": at("/settings/webhook"),
        "webhook-secret": with_dialog("/settings/webhook", "Replace secret"),
        "webhook-remove": with_dialog("/settings/webhook", "Remove webhook"),
        "webhook-problem": _wrong_address,
        "limits-problem": _wrong_limit,
        "notifications": at("/notifications"),
        "api-operation": opened("/settings/api", "/contacts/import"),
    }


def workflow_scenes(alice: BrowserUser, workflow: str) -> dict[str, Show]:
    """Name → what shows it. `workflow` is the path of an active workflow."""
    draft = _without_steps(alice)
    return {
        "workflow-with-steps-off": at(draft),
        "activation": at(f"{draft}/activation"),
        "upload-to-draft": at(f"{draft}/enroll"),
        "dialog-clone": _link_dialog("/templates", "^Use template"),
        "dialog-clone-without": _link_dialog(
            "/templates?category=review_request", "^Use template Review after"
        ),
        "dialog-preview": _link_dialog("/templates", "^Preview"),
        "dialog-step": _link_dialog(workflow, "Send email"),
        "gallery-no-match": at("/templates?q=zzzzzz"),
        "workflows-archived": at("/workflows?status=archived"),
        "choose-no-match": at("/enrollments/new?q=zzzzzz"),
        "people-failed": at(f"{workflow}/people?view=failed"),
    }


def _link_dialog(address: str, name: str) -> Show:
    def show(page: Page) -> None:
        page.goto(address)
        page.locator("main").locator("a[data-dialog]").filter(has_text=re.compile(name)).first.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        page.wait_for_load_state("networkidle")

    return show


def _without_steps(alice: BrowserUser) -> str:
    alice.page.goto("/templates?category=review_request")
    alice.link("Use template Review after the appointment").click()
    dialog = alice.page.get_by_role("dialog")
    dialog.get_by_label("Workflow name").fill(WITHOUT)
    dialog.locator("button[name=switch_off]").click()
    expect(alice.page.get_by_role("heading", level=1)).to_have_text(WITHOUT)
    return alice.page.url.partition("?")[0]


def _create_field(page: Page, label: str, kind: str) -> None:
    page.goto("/settings/fields")
    form = page.locator("#new-field")
    form.get_by_label("Name").fill(label)
    form.get_by_label("Type").select_option(kind)
    if kind == "choice":
        form.get_by_label("Choices").fill("Basic\nPro\nTeam")
    form.get_by_role("button", name="Create field").click()
    expect(page.get_by_role("link", name=label, exact=True)).to_be_visible()


def _make_token(page: Page) -> None:
    page.goto("/settings/tokens")
    page.get_by_label("Name").fill("Lead importer of the website")
    page.locator("input[value='report:view']").check()
    page.get_by_role("button", name="Create token").click()
    expect(page.get_by_label(re.compile("^Token “"))).to_be_visible()


def _revoke_token(page: Page) -> None:
    page.goto("/settings/tokens")
    page.get_by_role("button", name=re.compile("^Revoke ")).first.click()
    expect(page.get_by_role("dialog")).to_be_visible()


def _wrong_address(page: Page) -> None:
    page.goto("/settings/webhook")
    page.get_by_label("Address").fill("example")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").first).to_be_visible()


def _wrong_limit(page: Page) -> None:
    page.goto("/settings/limits")
    page.get_by_label("People per enrollment").fill("many")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").first).to_be_visible()
