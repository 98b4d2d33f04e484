"""Building a workflow in the editor. `go`, `write` and `choose` reach what they need with the Tab key, as
users without a mouse have to; the others may start anywhere on the page."""

import re
from contextlib import suppress

from playwright.sync_api import Locator, Page, expect

from tests.services.browser_user import BrowserUser

WORD_ENDS = 1_500  # milliseconds
HAS_FOCUS = "element => element === document.activeElement"


def tab_to(user: BrowserUser, target: Locator, most: int = 150) -> None:
    """Press Tab until the target has the focus."""
    expect(target).to_be_visible()
    for _ in range(most):
        if target.evaluate(HAS_FOCUS):
            return
        user.page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not within {most} tabs")


def go(user: BrowserUser, target: Locator, key: str = "Enter") -> None:
    """Go to a link, button or box, and press a key on it."""
    tab_to(user, target)
    user.page.keyboard.press(key)


def write(user: BrowserUser, target: Locator, text: str) -> None:
    """Go to a field, and replace its text."""
    tab_to(user, target)
    user.page.keyboard.press("Control+A")
    user.page.keyboard.type(text)


def choose(user: BrowserUser, target: Locator, label: str) -> None:
    """Go to a list, and choose an option by typing the beginning of its label.

    Chromium begins a new word after a pause of a second, which a busy machine may make between two letters.
    """
    begins = re.compile(f"^{re.escape(label)}")
    for _ in range(3):
        tab_to(user, target)
        user.page.keyboard.type(label)
        with suppress(AssertionError):
            expect(target.locator("option:checked")).to_have_text(begins, timeout=WORD_ENDS)
            return
        user.page.keyboard.press("Escape")
    raise AssertionError(f"{label} cannot be chosen by typing")


def listening(target: Locator) -> Locator:
    """Wait until htmx hears what is changed in a field that has just appeared; nobody is faster than it on a
    machine that is not busy."""
    expect(target).to_have_attribute("data-htmx-powered", "true")
    return target


def sheet(user: BrowserUser) -> Locator:
    """The wide dialog."""
    return user.page.locator("#sheet")


def create(user: BrowserUser, name: str) -> None:
    """Create a workflow without steps."""
    user.page.goto("/workflows/new")
    write(user, user.page.get_by_label("Name"), name)
    user.page.keyboard.press("Enter")
    user.expect_text("Workflow created.")


def add(user: BrowserUser, place: str, kind: str) -> None:
    """Open the list of types at a place, and choose one."""
    user.press(user.link(place))
    user.press(sheet(user).get_by_role("button", name=re.compile(f"^{kind}")))


def save(user: BrowserUser) -> None:
    """Save the settings in the dialog."""
    user.press(user.button("Save", sheet(user)))
    expect(sheet(user)).to_be_hidden()


def act(user: BrowserUser, step: str, label: str) -> None:
    """Choose from the menu of a step."""
    user.press(user.button(f"Actions for {step}"))
    user.press(user.page.locator(".flow-menu:popover-open").get_by_text(label, exact=True))


def titles(page: Page) -> list[str]:
    """The titles of the parts of the workflow, in reading order."""
    return page.locator(".flow-part :is(.flow-title, strong)").all_inner_texts()


def focused(page: Page, name: str) -> Locator:
    """What has the focus; its text contains `name`."""
    found = page.locator(":focus")
    expect(found).to_contain_text(name)
    return found
