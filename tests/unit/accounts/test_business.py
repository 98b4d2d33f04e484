"""Business details: only what is safe in a message is taken, and a logo is what its bytes say."""

import pytest

from app.accounts.domain.business import details_problems, logo_problem, logo_type, tidy_details

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\0" * 20


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("example.com", "https://example.com"),
        ("//example.com/a", "https://example.com/a"),
        (" https://www.example.com/a?b=c#d ", "https://www.example.com/a?b=c#d"),
        ("http://example.com:8080", "http://example.com:8080"),
        ("https://münchen.example", "https://münchen.example"),
        ("https://exam\u202eple.com", "https://example.com"),
        ("", ""),
    ],
)
def test_an_address_is_kept_complete(typed, kept):
    tidy = tidy_details({"website": typed})
    assert tidy == {"website": kept}
    assert details_problems(tidy, "DE") == {}


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<script>",
        "ftp://example.com",
        "mailto:a@example.com",
        "https://",
        "https://nothing",
        "https://exa mple.com",
        'https://example.com/"onclick="x',
        "https://example.com/<script>",
        "https://user:pass@example.com",
        "https://example.com:99999",
        "https://example.com\\@evil.example",
        "https://[::1",
        "https://example.com/" + "x" * 500,
    ],
)
@pytest.mark.parametrize("field", ["website", "booking_link", "review_link"])
def test_anything_but_a_web_address_is_refused(field, typed):
    assert field in details_problems(tidy_details({field: typed}), "DE")


@pytest.mark.parametrize(
    ("typed", "country", "is_fine"),
    [
        ("+49 30 901820", "", True),
        ("030 901820", "DE", True),
        ("030 901820", "", False),
        ("call us", "DE", False),
        ("+49 30 901820" * 9, "DE", False),
    ],
)
def test_a_phone_is_one_that_can_be_called(typed, country, is_fine):
    assert ("phone" not in details_problems(tidy_details({"phone": typed}), country)) is is_fine


def test_a_postal_address_keeps_its_lines():
    assert tidy_details({"postal_address": " 1  Quay Street\r\n\r\n Bristol\0 "}) == {
        "postal_address": "1 Quay Street\nBristol"
    }
    assert "postal_address" in details_problems({"postal_address": "a\n" * 6 + "b"}, "")
    assert "postal_address" in details_problems({"postal_address": "x" * 301}, "")


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 20, "image/jpeg"),
        (b"GIF89a" + b"\0" * 20, "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", None),
        (b"<?xml version='1.0'?><svg/>", None),
        (b"<html><script>alert(1)</script>", None),
        (b"\x89PNG\r\n\x1a\n<script>", None),
        (b"RIFF\0\0\0\0WAVE", None),
        (b"", None),
    ],
)
def test_a_logo_is_what_its_bytes_say(content, media_type):
    assert logo_type(content) == media_type
    assert (logo_problem(content) is None) is (media_type is not None)


def test_a_logo_has_at_most_a_megabyte():
    assert logo_problem(PNG + b"\0" * (1024 * 1024 - len(PNG))) is None
    assert logo_problem(PNG + b"\0" * 1024 * 1024) == "Use an image of at most 1 MB."
