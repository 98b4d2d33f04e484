"""Every page that a link leads to: accessible in light and dark, fits a phone, causes no browser errors."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import Windows
from tests.services import browsing
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation

LEAST = 30  # fewer pages than this would mean that links are not found


@pytest.mark.timeout(900)
def test_pages_of_a_signed_in_person(
    chromium: Browser, workplace: Installation, pages: dict[str, str], windows: Windows
) -> None:
    wrong: list[str] = []
    with BrowserUser(chromium, workplace.url) as alice:
        browsing.sign_in(alice.page)
        for endpoint, address in pages.items():
            alice.page.goto(address)
            try:
                alice.check_everywhere(next(windows))
            except AssertionError as found:
                wrong.append(f"{endpoint}: {found}")
    assert len(pages) >= LEAST, sorted(pages)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("address", ["/sign-in", "/no-such-page"])
def test_pages_of_a_stranger(chromium: Browser, workplace: Installation, address: str) -> None:
    context = browsing.window(chromium, workplace.url)
    page = context.new_page()
    page.goto(address)
    assert browsing.problems_everywhere(page) == []
    context.close()
