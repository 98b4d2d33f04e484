"""Every page that a link leads to: accessible in light and dark, fits a phone, causes no browser errors."""

import pytest
from playwright.sync_api import Browser

from tests.services import browsing
from tests.services.installation import Installation

LEAST = 8  # fewer pages than this would mean that links are not found


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_pages_of_a_signed_in_person(
    chromium: Browser, site: Installation, pages: dict[str, str], width: int, theme: str
) -> None:
    context = browsing.window(chromium, site.url, width, theme)
    page = context.new_page()
    browsing.sign_in(page)
    errors = browsing.collect_errors(page)
    wrong: list[str] = []
    for endpoint, address in pages.items():
        page.goto(address)
        found = list(errors)
        if browsing.scrolls_sideways(page):
            found.append(f"is wider than {width} px")
        found += browsing.axe_problems(page)
        errors.clear()  # axe makes styles of its own, which our policy rightly refuses
        wrong += [f"{endpoint} ({address}): {problem}" for problem in found]
    context.close()
    assert len(pages) >= LEAST, sorted(pages)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("address", ["/sign-in", "/no-such-page"])
def test_pages_of_a_stranger(
    chromium: Browser, site: Installation, address: str, width: int, theme: str
) -> None:
    context = browsing.window(chromium, site.url, width, theme)
    page = context.new_page()
    page.goto(address)
    assert browsing.axe_problems(page) == []
    assert not browsing.scrolls_sideways(page)
    context.close()
