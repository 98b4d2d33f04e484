"""Chromium and two whole installations with sample data: one that nobody changes, and one to work in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from app import create_app
from app.platform.settings import Settings
from tests.services import browsing
from tests.services.installation import Installation


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser of this session."""
    with browsing.chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Installation]:
    """A running Muster that Alice has set up with sample data, for tests that change nothing in it."""
    with furnished(chromium, tmp_path_factory.mktemp("site"), WORKERS="1") as made:
        yield made


@pytest.fixture(scope="session")
def workplace(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Installation]:
    """Another one with two workers, for tests that make workflows and jobs of their own."""
    with furnished(chromium, tmp_path_factory.mktemp("workplace"), WORKERS="2") as made:
        yield made


@contextmanager
def furnished(browser: Browser, folder: Path, **settings: str) -> Iterator[Installation]:
    """A running Muster that Alice has set up with sample data."""
    made = Installation(folder / "data", **settings)
    try:
        made.start()
        context = browsing.window(browser, made.url)
        browsing.set_up(context.new_page())
        context.close()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def pages(site: Installation, chromium: Browser) -> dict[str, str]:
    """Endpoint → address of every page that links lead to."""
    context = browsing.window(chromium, site.url)
    page = context.new_page()
    browsing.sign_in(page)
    app = create_app(Settings.from_environment(site.environment))
    found = browsing.find_pages(page, site.url, app.url_map)
    context.close()
    return found


@pytest.fixture
def page(chromium: Browser, site: Installation) -> Iterator[Page]:
    """Alice's window. The test fails when the browser complained about anything."""
    context = browsing.window(chromium, site.url)
    opened = context.new_page()
    browsing.sign_in(opened)
    errors = browsing.collect_errors(opened)
    yield opened
    context.close()
    assert not errors, errors
