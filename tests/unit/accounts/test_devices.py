"""Browsers are named in plain words (P-02)."""

import pytest

from app.accounts.domain.devices import device_of

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Linux"),
        (f"Mozilla/5.0 (Linux; Android 16) {WEBKIT} Chrome/144.0 Mobile Safari/537.36", "Chrome on Android"),
        (
            f"Mozilla/5.0 (Linux; Android 16) {WEBKIT} SamsungBrowser/29 Chrome/136",
            "Samsung Internet on Android",
        ),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/144.0 Safari/537.36 OPR/128", "Opera on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/19.0 Safari/605.1.15", "Safari on Mac"),
        ("Mozilla/5.0 (iPad; CPU OS 19_0 like Mac OS X) CriOS/144.0 Safari/604.1", "Chrome on iPad"),
        ("Something (Windows)", "A browser on Windows"),
        ("curl/8.11", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)
def test_a_browser_in_plain_words(user_agent: str, words: str) -> None:
    assert device_of(user_agent) == words
