"""`make screens`: every page with sample data as PNG into build/screens/, to be looked at one by one."""

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from app import create_app
from app.platform.settings import Settings
from tests.services import browsing
from tests.services.installation import ROOT, Installation

FOLDER = ROOT / "build" / "screens"
WIDTHS, THEMES = (360, 1440), ("light", "dark")
STRANGERS = {"sign-in": "/sign-in", "not-found": "/no-such-page"}


def main() -> None:
    """Start a Muster of its own, take all pictures and end it."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="muster-") as folder, browsing.chromium() as browser:
        site = Installation(Path(folder) / "data", WORKERS="1").start()
        try:
            _take(browser, site, {"set-up": "/setup"}, signed_in=False)
            pages = _furnish(browser, site)
            _take(browser, site, STRANGERS, signed_in=False)
            _take(browser, site, pages, signed_in=True)
        finally:
            site.stop()
    print(f"{len(list(FOLDER.glob('*.png')))} pictures are in {FOLDER}")


def _furnish(browser: Browser, site: Installation) -> dict[str, str]:
    context = browsing.window(browser, site.url)
    page = context.new_page()
    browsing.set_up(page)
    app = create_app(Settings.from_environment(site.environment))
    found = browsing.find_pages(page, site.url, app.url_map)
    context.close()
    return {browsing.file_name(endpoint): address for endpoint, address in found.items()}


def _take(browser: Browser, site: Installation, pages: dict[str, str], signed_in: bool) -> None:
    for width in WIDTHS:
        for theme in THEMES:
            context = browsing.window(browser, site.url, width, theme)
            page = context.new_page()
            if signed_in:
                browsing.sign_in(page)
            for name, address in pages.items():
                page.goto(address)
                page.wait_for_load_state("networkidle")
                page.screenshot(path=FOLDER / f"{name}-{width}-{theme}.png", full_page=True)
            context.close()


if __name__ == "__main__":
    main()
