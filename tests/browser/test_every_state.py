"""Every state of a page that no link leads to: accessible in light and dark, fits a phone, no complaint."""

import pytest
from playwright.sync_api import Browser

from tests.browser import scenes
from tests.services import browsing
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation


@pytest.fixture(scope="module")
def shows(
    chromium: Browser, workplace: Installation, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, scenes.Show]:
    """All scenes, brought about once."""
    return scenes.furnish(chromium, workplace.url, tmp_path_factory.mktemp("scenes"))


@pytest.mark.parametrize(("width", "theme"), [(360, "dark"), (1440, "light")])
def test_every_state(
    chromium: Browser, workplace: Installation, shows: dict[str, scenes.Show], width: int, theme: str
) -> None:
    wrong: list[str] = []
    with BrowserUser(chromium, workplace.url, width, theme) as alice:
        browsing.sign_in(alice.page)
        for name, show in shows.items():
            show(alice.page)
            try:
                alice.check_page()
            except AssertionError as found:
                wrong.append(f"{name}: {found}")
    assert not wrong, "\n".join(wrong)
