"""Links in emails can be read, whatever color an account has."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.messaging.domain.emails.layout import Frame, email_html
from app.messaging.domain.emails.shades import contrast, readable

PAPER, DARK_PAPER = "#ffffff", "#1f2528"
COLORS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@given(COLORS)
def test_every_shade_can_be_read(color: str) -> None:
    for background in (PAPER, DARK_PAPER):
        assert contrast(readable(color, background), background) >= 4.5


@pytest.mark.parametrize(("color", "background"), [("#0b6b75", PAPER), ("#7fc4d0", DARK_PAPER)])
def test_a_color_that_can_be_read_stays(color: str, background: str) -> None:
    assert readable(color, background) == color


def test_an_email_in_the_color_of_its_account() -> None:
    link = '<p><a href="https://example.com">Shop</a></p>'
    html = email_html("Hi", "", link, Frame("Agency", ("Agency",), "#ffcc00"), "")
    [shown] = re.findall(r'<a href="https://example.com" style="color: (#[0-9a-f]{6})', html)
    assert contrast(shown, PAPER) >= 4.5 and "border-top: 4px solid #ffcc00" in html
    [dark] = re.findall(r"\.card a \{ color: (#[0-9a-f]{6}) !important", html)
    assert dark == "#ffcc00"
    plain = email_html("Hi", "", link, Frame("Agency", ("Agency",)), "")
    assert "#0b6b75" in plain and "border-top" not in plain
