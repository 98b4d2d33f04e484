"""Printed pages: dark text on white, also with the dark theme, and nothing that only helps on a screen."""

import re
import time

import pytest
from playwright.sync_api import Browser, expect

from tests.services import browsing
from tests.services.browser_user import BrowserUser
from tests.services.installation import Installation

COLORS = """() => [...document.querySelectorAll("h1, .card, .job-sentence, .definitions dt")].map((one) => {
  const canvas = document.createElement("canvas").getContext("2d");
  const light = (color) => { canvas.fillStyle = "#fff"; canvas.fillRect(0, 0, 1, 1); canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data.slice(0, 3).reduce((a, b) => a + b) / 765; };
  const style = getComputedStyle(one);
  return [light(style.color), light(style.backgroundColor)];
})"""


@pytest.mark.parametrize("chosen", [True, False], ids=["chosen", "by-system"])
def test_a_report_in_the_dark_theme_is_printed_dark_on_white(
    chromium: Browser, workplace: Installation, pages: dict[str, str], chosen: bool
) -> None:
    theme = "light" if chosen else "dark"
    with BrowserUser(chromium, workplace.url, theme=theme) as alice:
        browsing.sign_in(alice.page)
        alice.page.goto(f"{pages['jobs.show'].split('?')[0]}/report")
        if chosen:
            alice.page.evaluate("localStorage.setItem('muster-theme', 'dark')")
            alice.page.reload()
        expect(alice.page.locator("html")).to_have_attribute("data-bs-theme", "dark")
        assert max(text for text, _ in alice.page.evaluate(COLORS)) > 0.6, "light text on the screen"
        alice.page.emulate_media(media="print")
        ends, colors = time.monotonic() + 10, alice.page.evaluate(COLORS)
        while any(text > 0.55 for text, _ in colors) and time.monotonic() < ends:
            alice.page.wait_for_timeout(100)
            colors = alice.page.evaluate(COLORS)
        assert len(colors) > 5 and all(text < 0.55 and paper > 0.95 for text, paper in colors), colors
        expect(alice.page.get_by_role("navigation", name="Main")).to_be_hidden()
        expect(alice.page.get_by_text(re.compile("^Printed "))).to_be_visible()
