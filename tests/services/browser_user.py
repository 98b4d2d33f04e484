"""A user in a browser whose tests fail on script errors, CSP violations, axe violations, or overflow."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from playwright.sync_api import Browser, Locator, Request, expect

from tests.services import axe, browsing

expect.set_options(timeout=20_000)
QUIET = 3_500  # milliseconds; longer than any polling interval


class BrowserUser:
    """A browser window. As a context manager, it fails on exit if the browser reported errors. `also` are
    further hosts (with ports) to which its pages may send requests."""

    def __init__(self, browser: Browser, address: str, width: int = 1440, theme: str = "light") -> None:
        self.context = browsing.window(browser, address, width, theme)
        self.page = self.context.new_page()
        self.page.goto("/")
        self.also: set[str] = set()
        self._errors = browsing.collect_errors(self.page, self.also)
        self._width = width

    def __enter__(self) -> "BrowserUser":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.check_errors()
        finally:
            self.context.close()

    def check_errors(self) -> None:
        """Fail if the browser has reported errors since the last check."""
        found, self._errors[:] = list(self._errors), []
        assert not found, found

    def ignore_errors(self, words: str) -> None:
        """Discard errors that contain `words`, which the test causes on purpose."""
        self._errors[:] = [one for one in self._errors if words not in one]

    def check_page(self) -> None:
        """Check the current page, including open dialogs: no errors, no axe violations, no overflow."""
        self.page.wait_for_load_state()  # the scripts of the page have run
        self.check_errors()
        found = axe.problems(self.page)
        if browsing.scrolls_sideways(self.page):
            found.append(f"is wider than {self._width} px")
        self._expect_nothing(found)

    def check_everywhere(self, windows: Sequence[tuple[int, str]]) -> None:
        """Check the current page as `check_page` does, in each of the windows (width, theme)."""
        self.page.wait_for_load_state()
        self.check_errors()
        self._expect_nothing(browsing.problems_everywhere(self.page, windows))

    def _expect_nothing(self, found: list[str]) -> None:
        self._errors.clear()  # axe injects styles, which the CSP blocks
        assert not found, f"{self.page.url}\n" + "\n".join(found)

    def button(self, name: str, inside: Locator | None = None) -> Locator:
        return (inside or self.page).get_by_role("button", name=name, exact=True)

    def link(self, name: str, inside: Locator | None = None) -> Locator:
        return (inside or self.page).get_by_role("link", name=name, exact=True)

    def press(self, target: Locator, key: str = "Enter") -> None:
        """Press a key on an element that the Tab key reaches."""
        expect(target).to_be_visible()
        assert target.evaluate("element => element.tabIndex >= 0 && !element.closest('[inert]')")
        target.press(key)

    def type(self, target: Locator, text: str) -> None:
        """Replace the text of a field, or choose an option by its first letters, with the keyboard."""
        target.focus()
        if target.evaluate("element => element.matches('input, textarea')"):
            self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def expect_text(self, words: str) -> None:
        """Wait until the main content contains `words`."""
        expect(self.page.locator("main")).to_contain_text(words)

    def download(self, link: Locator, folder: Path) -> Path:
        """Download the file behind a link into `folder`, under its suggested name; return its path."""
        with self.page.expect_download() as coming:
            link.click()
        path = folder / coming.value.suggested_filename
        coming.value.save_as(path)
        return path

    def requests_while_idle(self, milliseconds: int = QUIET) -> list[str]:
        """Return the URLs that the page requests during `milliseconds` without interaction."""
        asked: list[str] = []

        def note(request: Request) -> None:
            asked.append(request.url)

        self.page.on("request", note)
        self.page.wait_for_timeout(milliseconds)
        self.page.remove_listener("request", note)
        return asked
