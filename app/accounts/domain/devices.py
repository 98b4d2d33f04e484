"""A browser and its device in plain words, from the User-Agent header."""

from collections.abc import Sequence
from typing import Final

MAX_USER_AGENT: Final = 300
MAX_ADDRESS: Final = 45  # of an IPv6 address; proxies may send anything

# The first name whose sign is in the header. Browsers claim to be others, too, so the order matters.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_DEVICES: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "Chromebook"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def device_of(user_agent: str) -> str:
    """Return words such as “Firefox on Windows”."""
    browser, device = _first(_BROWSERS, user_agent), _first(_DEVICES, user_agent)
    if browser and device:
        return f"{browser} on {device}"
    return browser or (f"A browser on {device}" if device else "Unknown browser")


def _first(names: Sequence[tuple[str, str]], text: str) -> str:
    return next((name for sign, name in names if sign in text), "")
