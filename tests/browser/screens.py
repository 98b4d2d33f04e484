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
from tests.services import browsing
from tests.services.installation import ROOT, Installation

FOLDER = ROOT / "build" / "screens"
WIDTHS, THEMES = (360, 1440), ("light", "dark")
STRANGERS = {"sign-in": "/sign-in", "not-found": "/no-such-page"}


def main(only: str = "") -> None:
    """Start a Muster of its own, take all pictures and end it; then one without any data."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="muster-") as folder, browsing.chromium() as browser:
        site = Installation(Path(folder) / "data", WORKERS="1").start()
        try:
            _take(browser, site, _links({"set-up": "/setup"}), only, signed_in=False)
            shows = _furnish(browser, site, Path(folder))
            _take(browser, site, _links({"not-found-signed-in": "/no-such-page"}) | shows, only)
            _take(browser, site, _links(STRANGERS), only, signed_in=False)
        finally:
            site.stop()
        empty = Installation(Path(folder) / "empty", WORKERS="1").start()
        try:
            context = browsing.window(browser, empty.url)
            browsing.set_up(context.new_page(), sample_data=False)
            context.close()
            _take(browser, empty, _links({f"empty{path}": path for path in scenes.EMPTY}), only)
        finally:
            empty.stop()
    print(f"{len(list(FOLDER.glob('*.png')))} pictures are in {FOLDER}")


def _furnish(browser: Browser, site: Installation, folder: Path) -> dict[str, scenes.Show]:
    context = browsing.window(browser, site.url)
    page = context.new_page()
    browsing.set_up(page)
    app = create_app(Settings.from_environment(site.environment))
    found = browsing.find_pages(page, site.url, app.url_map)
    context.close()
    return _links(found) | scenes.furnish(browser, site.url, folder)


def _links(pages: dict[str, str]) -> dict[str, scenes.Show]:
    return {browsing.file_name(name): scenes.at(address) for name, address in pages.items()}


def _take(
    browser: Browser, site: Installation, shows: dict[str, scenes.Show], only: str, signed_in: bool = True
) -> None:
    wanted = {name: show for name, show in shows.items() if only in name}
    for width in WIDTHS:
        for theme in THEMES:
            context = browsing.window(browser, site.url, width, theme)
            page = context.new_page()
            if signed_in:
                browsing.sign_in(page)
            for name, show in wanted.items():
                show(page)
                picture = FOLDER / f"{name}-{width}-{theme}.png"
                page.screenshot(path=picture, full_page=not page.locator("dialog[open]").count())
            context.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
