"""What shows a page in a certain state, in any window of the owner, and what waits for a state."""

import re
import time
from collections.abc import Callable

from playwright.sync_api import Page, expect

Show = Callable[[Page], None]
DIALOG = "dialog[open], dialog:popover-open"


def at(address: str) -> Show:
    """What shows the page with that address."""

    def show(page: Page) -> None:
        page.goto(address)

    return show


def opened(address: str, *summaries: str) -> Show:
    """What shows a page with the parts open that have these summaries."""

    def show(page: Page) -> None:
        page.goto(address)
        for text in summaries:
            summary = page.locator("main summary").filter(has_text=re.compile(text)).first
            if summary.evaluate("summary => !summary.parentElement.open"):
                summary.click()

    return show


def with_dialog(address: str, name: str) -> Show:
    """What shows a page with the dialog that a link or button in it opens."""

    def show(page: Page) -> None:
        page.goto(address)
        page.locator("main").locator("[data-dialog]").filter(has_text=re.compile(name)).first.click()
        expect(page.locator(DIALOG)).to_be_visible()

    return show


def pressed(show: Show, button: str, expected: str = "[role=alert]") -> Show:
    """What shows a page and presses a button on it, until an element appears (by default an error)."""

    def then(page: Page) -> None:
        show(page)
        page.locator("main").get_by_role("button", name=button).first.click()
        expect(page.locator(expected).first).to_be_visible()

    return then


def in_account(name: str, address: str) -> Show:
    """What shows a page of another account of the user. The browser goes on in that account."""

    def show(page: Page) -> None:
        if page.locator(".person-account").all_text_contents() != [name]:
            page.goto("/settings/accounts")
            button = page.get_by_role("button", name=f"Switch to {name}", exact=True)
            if button.count():
                button.click()
                expect(page.locator("main")).to_contain_text("You’re working in")
        page.goto(address)

    return show


def reload_until(page: Page, is_so: Callable[[], bool]) -> None:
    """Reload the page until a background task is done, up to a minute."""
    give_up = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < give_up
        page.reload()
