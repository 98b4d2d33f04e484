"""A person in front of a browser who sees what is wrong: errors, policy, contrast, width, strangers."""

from pathlib import Path
from types import TracebackType

from playwright.sync_api import Browser, Locator, Response, expect

from tests.services import browsing

expect.set_options(timeout=20_000)
QUIET = 3_500  # milliseconds; longer than any poll of ours waits


class Visitor:
    """A window of one person. As a context manager it ends with `leave`, which fails on any complaint."""

    def __init__(self, browser: Browser, address: str, width: int = 1440, theme: str = "light") -> None:
        self.context = browsing.window(browser, address, width, theme)
        self.page = self.context.new_page()
        self.page.goto("/")
        self._complaints = browsing.complaints_of(self.page)
        self._width = width

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.complain()
        finally:
            self.context.close()

    def complain(self) -> None:
        """Fail when the browser has complained about anything so far."""
        found, self._complaints[:] = list(self._complaints), []
        assert not found, found

    def forgive(self, words: str) -> None:
        """Forget the complaints with these words: the test has brought them about."""
        self._complaints[:] = [one for one in self._complaints if words not in one]

    def look(self) -> None:
        """Hold what is shown at this moment, open dialogs too, against all rules."""
        self.complain()
        found = browsing.axe_problems(self.page)
        if browsing.scrolls_sideways(self.page):
            found.append(f"is wider than {self._width} px")
        self._complaints.clear()  # axe makes styles of its own, which our policy rightly refuses
        assert not found, f"{self.page.url}\n" + "\n".join(found)

    def button(self, name: str, inside: Locator | None = None) -> Locator:
        return (inside or self.page).get_by_role("button", name=name, exact=True)

    def link(self, name: str, inside: Locator | None = None) -> Locator:
        return (inside or self.page).get_by_role("link", name=name, exact=True)

    def read(self, words: str) -> None:
        """Wait until these words stand on the page, whatever stands around them."""
        expect(self.page.locator("main")).to_contain_text(words)

    def download(self, link: Locator, folder: Path) -> Path:
        """The file behind a link, under the name that it would get."""
        with self.page.expect_download() as coming:
            link.click()
        path = folder / coming.value.suggested_filename
        coming.value.save_as(path)
        return path

    def requests_while_idle(self, milliseconds: int = QUIET) -> list[str]:
        """What the page asks for while nobody touches it."""
        asked: list[str] = []

        def note(answer: Response) -> None:
            asked.append(answer.url)

        self.page.on("response", note)
        self.page.wait_for_timeout(milliseconds)
        self.page.remove_listener("response", note)
        return asked
