"""Every state of a page that no link leads to: accessible in light and dark, fits a phone, no complaint."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error

from tests.browser import scenes
from tests.browser.conftest import Windows
from tests.services import browsing
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation
from tests.services.mail_server import MailServer
from tests.services.receiver import Receiver


@pytest.fixture(scope="module")
def made(
    api: ApiUser,
    workplace: Installation,
    hook: Receiver,
    mails: MailServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[scenes.Scenes]:
    """The scenes of this installation."""
    folder = tmp_path_factory.mktemp("scenes")
    found = scenes.Scenes(api, workplace.environment, folder, hook.url, mails.port)
    yield found
    found.clear()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("group", scenes.GROUPS)
def test_every_state(
    chromium: Browser, workplace: Installation, made: scenes.Scenes, group: str, windows: Windows
) -> None:
    wrong: list[str] = []
    with BrowserUser(chromium, workplace.url) as alice:
        browsing.sign_in(alice.page)
        for name, show in made.furnish(alice, group).items():
            try:
                show(alice.page)
                alice.check_everywhere(next(windows))
            except (AssertionError, Error) as found:
                wrong.append(f"{name}: {found}")
        alice.ignore_errors("")
    assert not wrong, "\n".join(wrong)
