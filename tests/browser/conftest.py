"""Chromium, and one installation with sample data that all browser tests of a session share. Both end with
the last of these tests: even idle, they would slow down the others.

A test makes the workflows, jobs and contacts that it changes, under names of its own, and leaves no job
behind that needs a worker.
"""

import itertools
from collections.abc import Iterator, Sequence

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from app import create_app
from app.platform.settings import Settings
from tests.services import browsing
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation
from tests.services.mail_server import MailServer, mail_server
from tests.services.receiver import Receiver, receiver

Windows = Iterator[Sequence[tuple[int, str]]]
MANY = {"MAX_UNFINISHED_JOBS": "100", "MAX_DRY_RUNS": "100", "API_REQUESTS_PER_MINUTE": "0"}


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser of these tests."""
    with browsing.chromium() as browser:
        yield browser


@pytest.fixture(scope="package")
def mails() -> Iterator[MailServer]:
    """The mail server of the installation."""
    with mail_server() as server:
        yield server


@pytest.fixture(scope="package")
def hook() -> Iterator[Receiver]:
    """A program that webhooks can call."""
    with receiver() as called:
        yield called


@pytest.fixture(scope="package")
def workplace(
    tmp_path_factory: pytest.TempPathFactory, chromium: Browser, mails: MailServer
) -> Iterator[Installation]:
    """A running Muster with two workers that Alice has set up with sample data."""
    made = Installation(
        tmp_path_factory.mktemp("workplace") / "data",
        WORKERS="2",
        MAIL_URL=f"smtp://127.0.0.1:{mails.port}",
        WEBHOOK_PRIVATE_ADDRESSES="1",
        **MANY,
    )
    try:
        made.prepare().start()
        context = browsing.window(chromium, made.url)
        browsing.set_up(context.new_page())
        context.close()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="package")
def api(workplace: Installation) -> ApiUser:
    """A program that prepares what a test is not about."""
    return ApiUser(workplace)


@pytest.fixture(scope="package")
def app(workplace: Installation) -> Flask:
    """The app on the data of the installation."""
    return create_app(Settings.from_environment(workplace.environment))


@pytest.fixture(scope="package")
def windows(rounds: int) -> Windows:
    """Iterator over the windows that each next page is looked at in: with one round, one of them in turn,
    because axe is most of what these tests cost; with more, all."""
    alone = [(window,) for window in browsing.WINDOWS]
    return itertools.cycle(alone if rounds == 1 else (browsing.WINDOWS,))


@pytest.fixture(scope="package")
def pages(chromium: Browser, workplace: Installation, app: Flask) -> dict[str, str]:
    """Endpoint → path of every page that a link leads to."""
    with BrowserUser(chromium, workplace.url) as alice:
        browsing.sign_in(alice.page)
        return browsing.find_pages(alice.page, workplace.url, app.url_map)


@pytest.fixture
def plain(chromium: Browser, workplace: Installation) -> Iterator[Page]:
    """Alice's page in a browser without JavaScript."""
    with browsing.without_scripts(chromium, workplace.url) as page:
        yield page
