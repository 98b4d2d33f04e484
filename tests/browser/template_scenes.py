"""The template library in states that no link leads to: versions, files, sharing, saving, and updates."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.showing import Show, at, in_account, pressed
from tests.browser.template_work import personal, workflow_behind
from tests.rooms.gallery.updating import second_version
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser
from tests.unit.workflows.documents import step

BRANCHES = ("Lakeside Clinic", "Lakeside Dental", "Lakeside Physiotherapy and Rehabilitation")


def template_scenes(api: ApiUser, alice: BrowserUser, folder: Path) -> dict[str, Show]:
    """Name → what shows it. The last ones are shown in a sub-account."""
    behind = workflow_behind(api, "Spring onboarding", "Welcome home")
    template = api.call("GET", behind)["template"]["id"]
    page = f"/templates/{template}"
    made = {
        "template-own": at(page),
        "template-settings": at(f"{page}/settings"),
        "template-settings-problem": _without_name(f"{page}/settings"),
        "template-copy": at(f"{page}/copy"),
        "readiness": at(f"{page}/readiness"),
        "readiness-missing": at(f"{_system(api, 'checkup-recall')}/readiness"),
        "template-versions": at(f"{page}/versions"),
        "template-version": at(f"{page}/versions/1"),
        "template-comparison": at(f"{page}/versions/comparison"),
        "template-comparison-same": at(f"{page}/versions/comparison?from=2&to=2"),
        "templates-own": at("/templates/library"),
        "templates-deleted": _deleted(api),
    }
    updates = {
        "workflow-behind": at(behind),
        "update-conflict": at(f"{behind}/template-update"),
        "update-undecided": pressed(_all_ticked(f"{behind}/template-update"), "Apply"),
        **_updated(api, alice.page),
    }
    return (
        made
        | updates
        | _saving(api, template)
        | _files(folder, alice.page, page)
        | _sharing(api, alice, page)
    )


def _system(api: ApiUser, key: str) -> str:
    """The path of a template that comes with Muster."""
    found = api.call("GET", "/workflow-templates?limit=100")["data"]
    return next(f"/templates/{one['id']}" for one in found if one["key"] == key)


def _deleted(api: ApiUser) -> Show:
    made = api.call(
        "POST", "/workflow-templates", {"name": "Autumn campaign", "definition": second_version()}
    )
    api.call("DELETE", f"/workflow-templates/{made['id']}")
    return at("/templates/library?show=deleted")


def _without_name(address: str) -> Show:
    def show(page: Page) -> None:
        page.goto(address)
        page.get_by_label("Name", exact=True).fill("")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("alert").first).to_be_visible()

    return show


def _all_ticked(address: str) -> Show:
    def show(page: Page) -> None:
        page.goto(address)
        for box in page.get_by_role("checkbox").all():
            box.check()

    return show


def _updated(api: ApiUser, page: Page) -> dict[str, Show]:
    workflow = workflow_behind(api, "Summer onboarding")
    page.goto(f"{workflow}/template-update")
    page.get_by_role("button", name="Take all", exact=True).click()
    expect(page.locator("#template-update")).to_be_visible()
    return {"workflow-updated": at(workflow), "update-undo": at(f"{workflow}/template-update")}


def _saving(api: ApiUser, template: str) -> dict[str, Show]:
    workflow = personal(api, "Your plan")
    hook = step("hook", "webhook", url="https://a.example/", fields={"api_key": "abcdef-123456"})
    return {
        "saving": at(f"{workflow}/template"),
        "saving-version": at(f"{workflow}/template?into={template}"),
        "saving-without-name": _saved_without_name(f"{workflow}/template"),
        "saving-secret": at(f"{personal(api, 'Your plan with a key', hook)}/template"),
    }


def _saved_without_name(address: str) -> Show:
    def show(page: Page) -> None:
        page.goto(address)
        page.get_by_label("Template name").fill("")
        page.get_by_role("button", name="Save template").click()
        expect(page.get_by_role("alert").first).to_be_visible()

    return show


def _files(folder: Path, page: Page, template: str) -> dict[str, Show]:
    good, wrong = folder / "onboarding.yaml", folder / "wrong.yaml"
    text = page.request.get(f"{template}/file").text()
    good.write_text(text)
    wrong.write_text(text.replace("subject: Welcome on board", 'subject: ""'))
    other = folder / "notes.yaml"
    other.write_text("Not a template")
    return {
        "template-import": at("/templates/import"),
        "template-import-other": _imported(other),
        "template-import-report": _imported(good),
        "template-import-problems": _imported(wrong),
    }


def _imported(file: Path) -> Show:
    def show(page: Page) -> None:
        page.goto("/templates/import")
        page.set_input_files("input[type=file]", file)
        page.get_by_role("button", name="Check file").click()
        page.wait_for_load_state("networkidle")

    return show


def _sharing(api: ApiUser, alice: BrowserUser, template: str) -> dict[str, Show]:
    page = alice.page
    for name in BRANCHES:
        page.goto("/settings/accounts")
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_role("button", name="Create sub-account").click()
        expect(page.locator("main")).to_contain_text("Sub-account created.")
    page.goto(f"{template}/sharing")
    page.get_by_label(BRANCHES[0], exact=True).check()
    page.get_by_role("button", name="Share with selected").click()
    expect(page.locator("main")).to_contain_text("Shared with 1 sub-account.")
    made = api.call("POST", "/workflow-templates", {"name": "For everybody", "definition": second_version()})
    everybody = f"/templates/{made['id']}"
    page.goto(f"{everybody}/sharing")
    page.get_by_role("button", name="Share with all").click()
    expect(page.locator("main")).to_contain_text("Shared with all sub-accounts.")
    return {
        "template-sharing": at(f"{template}/sharing"),
        "template-sharing-no-match": at(f"{template}/sharing?q=zzzzzz"),
        "template-sharing-all": at(f"{everybody}/sharing"),
        "accounts": at("/settings/accounts"),
        "accounts-no-match": at("/settings/accounts?q=zzzzzz"),
        "branch-templates": in_account(BRANCHES[0], "/templates/library"),
        "branch-shared": in_account(BRANCHES[0], "/templates/library?show=shared"),
        "branch-template": in_account(BRANCHES[0], template),
    }
