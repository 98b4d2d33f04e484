"""Who may come in and what they may do: signing in and out, a viewer, a file that is none."""

import re
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from app.accounts.domain import Role
from tests.services import browsing, enrolling
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation
from tests.services.users import add_user

PICTURE = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + bytes(range(256)) * 40


@pytest.fixture(scope="module")
def vera(app: Flask) -> str:
    """The address of somebody who may only look at Alice's account."""
    return add_user(app, "Vera", Role.VIEWER)


FORM = re.compile(r'<form[^>]*method="post"[^>]*>')

# Her name, email and password, her two-factor authentication and sessions, her API tokens, the account she
# works in, and the columns of her contact list.
OF_HER_OWN = {
    *("profile.show", "own_security.show", "two_factor.set_up", "tokens.index"),
    *("sub_accounts.index", "contacts.columns"),
}


def test_signing_in_and_out(chromium: Browser, workplace: Installation) -> None:
    with BrowserUser(chromium, workplace.url) as alice:
        alice.page.goto("/workflows?status=active")
        expect(alice.page).to_have_url(re.compile("/sign-in"))
        browsing.submit_credentials(alice.page, password="not the right one")
        expect(alice.page.get_by_role("alert")).to_be_visible()
        alice.check_page()
        browsing.submit_credentials(alice.page)
        expect(alice.page).to_have_url(re.compile(r"/workflows\?status=active$"))
        browsing.sign_out(alice.page)
        alice.check_page()
        alice.page.go_back()
        expect(alice.page).to_have_url(re.compile("/sign-in"))
        alice.page.goto("/contacts")
        expect(alice.page).to_have_url(re.compile("/sign-in"))


def test_who_may_only_look_finds_nothing_to_press(
    chromium: Browser, workplace: Installation, app: Flask, vera: str
) -> None:
    """B-28, on every page that a link leads to."""
    with BrowserUser(chromium, workplace.url) as visitor:
        browsing.sign_in(visitor.page, vera)
        found = browsing.find_pages(visitor.page, workplace.url, app.url_map)
        acts = []
        for endpoint, address in found.items():
            main = visitor.page.request.get(address).text().partition("<main")[2]
            if endpoint not in OF_HER_OWN:
                acts += [f"{endpoint} ({address}): {form}" for form in FORM.findall(main)]
        assert len(found) > 8 and not acts, acts
        assert not set(found) & {"upload.choose", "gallery.ask", "contacts.new", "workflows.edit"}, found


def test_who_may_only_look_is_told_so(chromium: Browser, workplace: Installation, vera: str) -> None:
    """The address of a page that she may not use says so, and what she may do instead."""
    with BrowserUser(chromium, workplace.url) as visitor:
        browsing.sign_in(visitor.page, vera)
        visitor.link("Workflows").click()
        visitor.page.locator("tbody a").first.click()
        visitor.page.goto(f"{visitor.page.url}/enroll")
        expect(visitor.page.get_by_role("heading", level=1)).to_have_text("You don’t have permission")
        visitor.ignore_errors("status of 403")
        visitor.check_page()


def test_her_address_is_changed(chromium: Browser, workplace: Installation, vera: str) -> None:
    """With the keyboard, and back again without JavaScript."""
    with BrowserUser(chromium, workplace.url) as visitor:
        browsing.sign_in(visitor.page, vera)
        visitor.page.goto("/settings/profile")
        form = visitor.page.locator("form[action$='/email']")
        for password in ("not the right one", browsing.OWNER["password"]):
            visitor.type(form.get_by_label("Email address"), "vera.new@example.com")
            visitor.type(form.locator("[name=password]"), password)
            visitor.page.keyboard.press("Enter")
            expect(
                visitor.page.get_by_role("alert").or_(visitor.page.get_by_text("address saved")).first
            ).to_be_visible()
        visitor.expect_text("Email address saved.")
        visitor.ignore_errors("status of 422")
        visitor.check_page()
    with browsing.without_scripts(chromium, workplace.url, vera) as plain:
        plain.goto("/settings/profile")
        form = plain.locator("form[action$='/email']")
        expect(form.get_by_label("Email address")).to_have_value("vera.new@example.com")
        form.get_by_label("Email address").fill(vera)
        form.locator("[name=password]").fill(browsing.OWNER["password"])
        form.get_by_role("button", name="Save email address").click()
        expect(plain.locator("main")).to_contain_text("Email address saved.")


def test_a_picture_with_the_name_of_a_list_is_refused(
    chromium: Browser, workplace: Installation, api: ApiUser, tmp_path: Path
) -> None:
    """B-20: one sentence, and nothing of it is kept."""
    picture = tmp_path / "holiday.csv"
    picture.write_bytes(PICTURE)
    with BrowserUser(chromium, workplace.url) as alice:
        browsing.sign_in(alice.page)
        workflow = enrolling.create_workflow(alice, api, "New lead welcome", "No pictures")
        kept = stored(workplace)
        enrolling.choose_file(alice, picture)
        expect(alice.page.locator("#file-error")).to_have_text(re.compile(r"^[A-Z].*\.$"))
        alice.check_page()
        assert stored(workplace) == kept
        alice.page.goto(f"{workflow}/enroll")
        expect(alice.page.locator("main")).not_to_contain_text(picture.name)
        alice.page.goto("/activity")
        expect(alice.page.locator("main")).not_to_contain_text(picture.name)


def stored(workplace: Installation) -> list[str]:
    """Every file of an upload on disk."""
    folder = workplace.data_dir / "uploads"
    return sorted(str(path) for path in folder.rglob("*") if path.is_file())
