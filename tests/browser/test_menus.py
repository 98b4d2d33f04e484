"""The menus below a finished job: inside the window, with the keyboard, and without JavaScript."""

from playwright.sync_api import Browser, FloatRect, Locator, expect

from tests.services import browsing
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation


def test_menus_on_a_phone(chromium: Browser, workplace: Installation, pages: dict[str, str]) -> None:
    with BrowserUser(chromium, workplace.url, 360, "dark") as alice:
        browsing.sign_in(alice.page)
        alice.page.goto(pages["jobs.show"])
        menus = alice.page.locator(".act-menu")
        expect(menus).to_have_count(2)
        for menu in menus.all():
            menu.locator("summary").press("Enter")
            expect(menu.get_by_role("link").first).to_be_visible()
            assert not browsing.scrolls_sideways(alice.page)
            assert all(box["x"] >= 0 and box["x"] + box["width"] <= 360 for box in boxes(menu))
            alice.page.keyboard.press("Tab")
            alice.page.keyboard.press("Escape")
            expect(menu.get_by_role("link").first).to_be_hidden()
            expect(menu.locator("summary")).to_be_focused()


def test_menus_without_javascript(chromium: Browser, workplace: Installation, pages: dict[str, str]) -> None:
    plain = chromium.new_context(base_url=workplace.url, java_script_enabled=False)
    page = plain.new_page()
    page.goto("/sign-in")
    browsing.submit_credentials(page)
    page.goto(pages["jobs.show"])
    page.locator(".more-menu summary").click()
    page.get_by_role("link", name="Report").click()
    expect(page.get_by_role("heading", name="Result")).to_be_visible()
    plain.close()


def boxes(menu: Locator) -> list[FloatRect]:
    return [box for link in menu.get_by_role("link").all() if (box := link.bounding_box())]
