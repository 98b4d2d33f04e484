"""Steps are dragged to another place in the drawing of a workflow (W-01)."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.services import browsing
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation
from tests.unit.workflows.documents import IN_GERMANY, branch, definition, email, path, wait


@pytest.fixture
def workflow(api: ApiUser) -> str:
    """A workflow with a branch, one path of which has a step, and a wait."""
    made = api.create_workflow("New lead welcome", "Dragged")
    ways = branch("ways", path("yes", "Germans", IN_GERMANY, email("more")))
    api.call("PATCH", made, {"definition": definition(email("hello"), ways, wait("pause"))})
    return made


def part(page: Page, step: str) -> Locator:
    return page.locator(f"#step-{step} > .flow-part")


def drag(page: Page, step: str, to: Locator, lands: str, share: float = 0.5) -> None:
    """Drag a step by its handle over another element, to a share of its height, until it lands in a place."""
    to.evaluate("element => element.scrollIntoView({ block: 'center' })")  # near an edge, the page scrolls
    part(page, step).locator(".flow-handle").hover()
    page.mouse.down()
    for _ in range(5):  # the drawing makes room, so what is aimed at moves
        box = to.bounding_box()
        assert box
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * share, steps=8)
        if page.locator(lands).count():
            break
    page.mouse.up()


def outline(api: ApiUser, workflow: str) -> list[Any]:
    """The ids of the saved steps; of the branch, lists of those in its paths."""

    def listed(steps: list[Any]) -> list[Any]:
        return [inside(one) or one["id"] for one in steps]

    def inside(one: Any) -> list[Any]:
        paths = [*one["config"].get("arms", ()), *filter(None, [one["config"].get("default")])]
        return [listed(each["steps"]) for each in paths]

    return listed(api.call("GET", workflow)["definition"]["steps"])


def test_a_step_is_dragged(
    chromium: Browser, workplace: Installation, api: ApiUser, workflow: str
) -> None:  # W-01
    with BrowserUser(chromium, workplace.url) as alice:
        page = alice.page
        browsing.sign_in(page)
        page.emulate_media(reduced_motion="reduce")  # else each move would have to wait for the last one
        page.goto(workflow)
        assert outline(api, workflow) == ["hello", [["more"], []], "pause"]
        others = "[data-place='in.ways.default']"
        drag(page, "pause", page.locator(others), f"{others} > #step-pause")
        expect(page.locator(f"{others} > #step-pause")).to_contain_text("Step moved")
        expect(part(page, "pause").locator(".flow-time")).to_be_focused()
        assert outline(api, workflow) == ["hello", [["more"], ["pause"]]]
        alice.check_page()
        drag(page, "hello", part(page, "more"), "#step-more + #step-hello", 0.9)
        expect(page.locator("[data-place='in.ways.yes'] > #step-hello")).to_contain_text("Step moved")
        assert outline(api, workflow) == [[["more", "hello"], ["pause"]]]
        drag(page, "ways", page.locator(others), f"{others} > #step-ways")
        assert outline(api, workflow) == [[["more", "hello"], ["pause"]]], "not into itself"
        page.keyboard.press("Control+z")
        expect(page.locator("[data-place='start'] > #step-hello")).to_be_visible()
        refused_because_others_were_faster(alice, api, workflow)
        nobody_answers(alice, api, workflow)


def refused_because_others_were_faster(alice: BrowserUser, api: ApiUser, workflow: str) -> None:
    page = alice.page
    shorter = definition(email("hello"), wait("pause"), email("last"))
    api.call("PATCH", workflow, {"definition": shorter})
    drag(page, "hello", part(page, "more"), "#step-more + #step-hello", 0.9)
    alert = page.locator("#workflow-body > [role=alert]")
    expect(alert).to_contain_text("Not changed: Someone else changed this workflow")
    expect(page.locator("[data-place='start'] > #step-hello + #step-pause + #step-last")).to_be_visible()
    assert outline(api, workflow) == ["hello", "pause", "last"]
    alice.ignore_errors("status of 409")


def nobody_answers(alice: BrowserUser, api: ApiUser, workflow: str) -> None:
    page = alice.page
    page.route("**/place", lambda route: route.abort())
    drag(page, "hello", part(page, "last"), "#step-last + #step-hello", 0.9)
    expect(page.locator("#toasts")).to_contain_text("The server isn’t responding.")
    expect(page.locator("[data-place='start'] > #step-hello + #step-pause + #step-last")).to_be_visible()
    alice.ignore_errors("ERR_FAILED")
    alice.ignore_errors("Failed to fetch")
    page.unroute("**/place")
    drag(page, "hello", part(page, "last"), "#step-last + #step-hello", 0.9)
    expect(page.locator("#step-last + #step-hello")).to_contain_text("Step moved")
    assert outline(api, workflow) == ["pause", "last", "hello"]
