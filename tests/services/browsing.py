"""Helpers for browser tests and `make screens`: open pages, sign in, find all pages, check rules."""

import html
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map

from tests.services import axe
from tests.services.chromium import find_or_install, switches

OWNER = {
    "email": "alice@example.com",
    "password": "correct horse battery",
    "name": "Alice",
    "account_name": "Agency",
}
SIZES = {1440: 800, 1280: 800, 360: 740}
"""Width of a window to its height, in pixels."""
WINDOWS = ((1440, "light"), (360, "dark"), (1440, "dark"), (360, "light"))
"""A computer and a phone in both themes."""
_UNTIL_THEMED = """theme => new Promise((done, fail) => {
    const end = performance.now() + 20000
    const look = () => {
        if (document.documentElement.dataset.bsTheme === theme) done()
        else if (performance.now() > end) fail(new Error(`the page never got the theme ${theme}`))
        else requestAnimationFrame(look)
    }
    look()
})"""
_LINK = re.compile(r'<a\s[^>]*?href="([^"]+)"')
_signed_in: dict[tuple[str, str], Any] = {}  # cookies by installation (host and port) and user


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_or_install(), args=switches())
        yield browser
        browser.close()


def window(browser: Browser, address: str, width: int = 1280, theme: str = "light") -> BrowserContext:
    """Open a browser context without cookies. `address` is the base URL, `width` is in pixels."""
    scheme: Any = theme
    return browser.new_context(
        base_url=address,
        viewport={"width": width, "height": SIZES[width]},
        color_scheme=scheme,
        reduced_motion="reduce",
    )


def set_up(page: Page, sample_data: bool = True) -> None:
    """Complete initial setup of a new installation in the browser."""
    page.goto("/")
    for name, value in OWNER.items():
        page.fill(f"[name={name}]", value)
    page.set_checked("[name=sample_data]", sample_data)
    page.click("#first-visit .form-actions button")
    page.wait_for_url(lambda address: "/setup" not in address, timeout=20_000)
    _signed_in[urlsplit(page.url).netloc, OWNER["email"]] = page.context.cookies()


@contextmanager
def without_scripts(browser: Browser, address: str, email: str = OWNER["email"]) -> Iterator[Page]:
    """Open a page of a browser without JavaScript, signed in."""
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/sign-in")
    sign_in(page, email)
    yield page
    context.close()


def sign_in(page: Page, email: str = OWNER["email"]) -> None:
    """Sign in as the owner, or as another user with the same password, and open the home page.

    The page must already show the app. The form is used once per installation and user: afterwards, the
    cookies of that session are used again, until somebody signs out.
    """
    user = (urlsplit(page.url).netloc, email)
    if user in _signed_in:
        page.context.add_cookies(_signed_in[user])
        page.goto("/")
        if urlsplit(page.url).path == "/":
            return
    page.goto("/sign-in")
    submit_credentials(page, email)
    page.wait_for_url(lambda address: "/sign-in" not in address)
    _signed_in[user] = page.context.cookies()


def submit_credentials(page: Page, email: str = OWNER["email"], password: str = OWNER["password"]) -> None:
    """Fill in and submit the sign-in form."""
    page.fill("[name=email]", email)
    page.fill("[name=password]", password)
    page.click("#sign-in .form-actions button")


def sign_out(page: Page) -> None:
    """Sign out through the user menu."""
    page.click(".rail-foot summary")
    page.click(".rail-foot form[action='/sign-out'] button")
    page.wait_for_url(lambda address: "/sign-in" in address)
    for user in [one for one in _signed_in if one[0] == urlsplit(page.url).netloc]:
        del _signed_in[user]


def collect_errors(page: Page, also: Collection[str]) -> list[str]:
    """Return a list to which the page's errors are appended: scripts, console, CSP, and external requests.

    The page must already show the app. Requests to its host and to those in `also` are no errors,
    nor are responses with status 422.
    """
    found: list[str] = []
    home = urlsplit(page.url).netloc
    page.on("pageerror", lambda error: found.append(f"error: {error}"))
    page.on("console", lambda message: found.append(_described(message)) if _is_bad(message) else None)
    page.on("request", lambda request: _judge_request(request.url, {home, *also}, found))
    return found


def _is_bad(message: ConsoleMessage) -> bool:
    return message.type == "error" and "status of 422" not in message.text


def _described(message: ConsoleMessage) -> str:
    return f"{message.text} ({message.location['url']})"


def _judge_request(address: str, homes: Collection[str], found: list[str]) -> None:
    parts = urlsplit(address)
    if parts.scheme in ("http", "https") and parts.netloc not in homes:
        found.append(f"outside address: {address}")


def resize(page: Page, width: int, theme: str) -> None:
    """Give the window a width in pixels and a theme, and wait until the page has both."""
    scheme: Any = theme
    if page.viewport_size != {"width": width, "height": SIZES[width]}:
        page.set_viewport_size({"width": width, "height": SIZES[width]})
    page.emulate_media(color_scheme=scheme)
    page.evaluate(_UNTIL_THEMED, theme)  # an `expect` looks again only after 100 ms, and costs twice as much


def problems_everywhere(page: Page, windows: Sequence[tuple[int, str]] = WINDOWS) -> list[str]:
    """Return what is wrong with the current page in windows of these widths in pixels and themes, and whether
    it fits a computer and a phone.

    The window is resized, and the page is not loaded again.
    """
    found: list[str] = []
    too_wide: dict[int, bool] = {}

    def measure() -> None:
        assert page.viewport_size
        width = page.viewport_size["width"]
        too_wide[width] = too_wide.get(width, False) or scrolls_sideways(page)

    measure()
    for width, theme in windows:
        resize(page, width, theme)
        measure()
        found += [f"{width} px, {theme}: {problem}" for problem in axe.problems(page)]
    for width in {width for width, _ in WINDOWS} - too_wide.keys():
        page.set_viewport_size({"width": width, "height": SIZES[width]})
        measure()
    resize(page, 1440, "light")  # scripts look at the width when a page is loaded
    return found + [f"is wider than {width} px" for width, is_too_wide in too_wide.items() if is_too_wide]


def scrolls_sideways(page: Page) -> bool:
    """Return True if the page is wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def find_pages(page: Page, address: str, rules: Map) -> dict[str, str]:
    """Follow all links from the home page; return {endpoint: first path found}."""
    routes = rules.bind("localhost")
    found: dict[str, str] = {}
    waiting = ["/"]
    while waiting:
        path = waiting.pop(0)
        endpoint = _endpoint(routes.match, path)
        if endpoint is None or endpoint in found or re.search(r"\.\w+$", urlsplit(path).path):
            continue
        answer = page.request.get(path)
        assert answer.status < 400, f"{path} answers {answer.status}"
        is_page = "text/html" in answer.headers.get("content-type", "")
        found[endpoint] = path if is_page else ""
        for link in _LINK.findall(answer.text()) if is_page else []:
            parts = urlsplit(urljoin(answer.url, html.unescape(link)))
            if parts.netloc == urlsplit(address).netloc:
                waiting.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    return {endpoint: path for endpoint, path in found.items() if path}


def _endpoint(match: Callable[..., Any], path: str) -> str | None:
    try:
        return str(match(urlsplit(path).path, method="GET")[0])
    except HTTPException:
        return None


def file_name(endpoint: str) -> str:
    """Convert an endpoint to part of a file name."""
    return re.sub(r"[^a-z0-9]+", "-", endpoint.lower()).strip("-")
