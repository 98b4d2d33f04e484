"""`make screens`: every page and every state of `scenes` as PNG into build/screens/, to be looked at.

`make screens only=mapping` takes only those whose name contains the word.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from app import create_app
from app.platform.settings import Settings
from tests.browser import scenes
from tests.browser.showing import DIALOG, Show, at
from tests.services import browsing
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser
from tests.services.installation import ROOT, Installation
from tests.services.mail_server import mail_server
from tests.services.receiver import receiver

FOLDER = ROOT / "build" / "screens"
WIDTHS, THEMES = (360, 1440), ("light", "dark")
STRANGERS = {"sign-in": "/sign-in", "not-found": "/no-such-page"}


def main(only: str = "") -> None:
    """Start a Muster of its own, take all pictures and end it; then one without any data."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with (
        tempfile.TemporaryDirectory(prefix="muster-") as folder,
        browsing.chromium() as browser,
        mail_server() as mails,
        receiver() as hook,
    ):
        services = {"MAIL_URL": f"smtp://127.0.0.1:{mails.port}", "WEBHOOK_PRIVATE_ADDRESSES": "1"}
        site = Installation(Path(folder) / "data", WORKERS="1", MAX_UNFINISHED_JOBS="100", **services)
        site.prepare().start()
        try:
            _take(browser, site, _links({"set-up": "/setup"}), only, signed_in=False)
            shows = _furnish(browser, site, Path(folder), hook.url, mails.port)
            _take(browser, site, _links({"not-found-signed-in": "/no-such-page"}) | shows, only)
            _take(browser, site, _links(STRANGERS), only, signed_in=False)
        finally:
            site.stop()
        empty = Installation(Path(folder) / "empty", WORKERS="1").prepare().start()
        try:
            context = browsing.window(browser, empty.url)
            browsing.set_up(context.new_page(), sample_data=False)
            context.close()
            _take(browser, empty, _links({f"empty{path}": path for path in scenes.EMPTY}), only)
        finally:
            empty.stop()
    print(f"{len(list(FOLDER.glob('*.png')))} pictures are in {FOLDER}")


def _furnish(
    browser: Browser, site: Installation, folder: Path, hook: str, mail_port: int
) -> dict[str, Show]:
    context = browsing.window(browser, site.url)
    page = context.new_page()
    browsing.set_up(page)
    context.close()
    with BrowserUser(browser, site.url) as alice:
        browsing.sign_in(alice.page)
        made = scenes.Scenes(ApiUser(site), site.environment, folder, hook, mail_port)
        found: dict[str, Show] = {}
        for group in scenes.GROUPS:
            found |= made.furnish(alice, group)
        app = create_app(Settings.from_environment(site.environment))
        return _links(browsing.find_pages(alice.page, site.url, app.url_map)) | found


def _links(pages: dict[str, str]) -> dict[str, Show]:
    return {browsing.file_name(name): at(address) for name, address in pages.items()}


def _take(
    browser: Browser, site: Installation, shows: dict[str, Show], only: str, signed_in: bool = True
) -> None:
    context = browsing.window(browser, site.url)
    page = context.new_page()
    if signed_in:
        page.goto("/")
        browsing.sign_in(page)
    for name, show in shows.items():
        if only not in name:
            continue
        show(page)
        for width in WIDTHS:
            for theme in THEMES:
                browsing.resize(page, width, theme)
                picture = FOLDER / f"{name}-{width}-{theme}.png"
                page.screenshot(path=picture, full_page=not page.locator(DIALOG).count())
    context.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
