"""Custom fields: created, renamed, given another type, merged, and deleted. With the keyboard only, on a
phone in the dark, and without JavaScript."""

from playwright.sync_api import Browser, Page, expect

from tests.browser.showing import reload_until
from tests.services import browsing
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation


def add_contact(api: ApiUser, email: str, custom: dict[str, str]) -> int:
    body = {"email": email, "consent_basis": "opt_in", "custom": custom}
    return int(api.call("POST", "/contacts", body)["id"])


def custom_of(api: ApiUser, contact: int) -> dict[str, str]:
    return dict(api.call("GET", f"/contacts/{contact}")["custom"])


def gone(page: Page, name: str) -> None:
    """Wait until a field is merged or deleted."""
    reload_until(page, lambda: page.get_by_role("cell", name=name, exact=True).count() == 0)


def test_with_the_keyboard(chromium: Browser, workplace: Installation, api: ApiUser) -> None:
    with BrowserUser(chromium, workplace.url, 360, "dark") as alice:
        page = alice.page
        browsing.sign_in(page)
        page.goto("/settings/fields")
        alice.press(alice.button("Create field"))
        expect(page.get_by_role("alert").first).to_be_visible()
        alice.check_page()
        alice.ignore_errors("status of 422")
        for name, kind in (("Shoe size", "Number"), ("Shoes", "Number")):
            form = page.locator("#new-field")
            alice.type(form.get_by_label("Name"), name)
            alice.type(form.get_by_label("Type"), kind)
            alice.press(alice.button("Create field"))
            expect(alice.link(name)).to_be_visible()
        contact = add_contact(api, "shoes@fields.example", {"shoes": "43"})
        alice.press(alice.link("Shoe size"))
        alice.check_page()
        alice.type(page.get_by_label("Name"), "Size of shoes")
        page.keyboard.press("Enter")
        expect(alice.link("Size of shoes")).to_be_visible()
        alice.press(alice.link("Shoes"))
        alice.type(page.get_by_label("Merge Shoes into"), "Size of shoes")
        alice.press(alice.button("Review merge"))
        alice.expect_text("1 contact has a value in Shoes.")
        alice.expect_text("1 value moves to Size of shoes.")
        alice.check_page()
        alice.press(alice.button("Merge fields"))
        gone(page, "Shoes")
        assert custom_of(api, contact) == {"shoe_size": "43"}
        alice.press(alice.link("Size of shoes"))
        alice.press(alice.link("Delete field"))
        alice.expect_text("1 contact loses its value.")
        alice.press(alice.button("Delete field"))
        gone(page, "Size of shoes")
        assert custom_of(api, contact) == {}


def test_without_javascript(plain: Page, api: ApiUser) -> None:
    plain.goto("/settings/fields")
    form = plain.locator("#new-field")
    for name in ("Rank", "Old rank"):
        form.get_by_label("Name").fill(name)
        form.get_by_label("Type").select_option("text")
        form.get_by_role("button", name="Create field").click()
        expect(plain.get_by_role("link", name=name, exact=True)).to_be_visible()
    contact = add_contact(api, "rank@fields.example", {"rank": "gold", "old_rank": "silver"})
    plain.get_by_role("link", name="Old rank", exact=True).click()
    plain.get_by_label("Merge Old rank into").select_option(label="Rank (Text)")
    plain.get_by_role("button", name="Review merge").click()
    expect(plain.locator("main")).to_contain_text("1 value is deleted, because Rank has a different one")
    plain.get_by_role("button", name="Merge fields").click()
    gone(plain, "Old rank")
    plain.get_by_role("link", name="Rank", exact=True).click()
    plain.get_by_label("Type").select_option("choice")
    plain.get_by_label("Choices").fill("Gold\nSilver")
    plain.get_by_role("button", name="Save").click()
    expect(plain.locator("tbody")).to_contain_text("Gold, Silver")
    reload_until(plain, lambda: plain.get_by_role("link", name="Rank", exact=True).count() == 1)
    assert custom_of(api, contact) == {"rank": "Gold"}
    plain.get_by_role("link", name="Rank", exact=True).click()
    plain.get_by_role("link", name="Delete field").click()
    plain.get_by_role("button", name="Delete field").click()
    gone(plain, "Rank")
    assert custom_of(api, contact) == {}
