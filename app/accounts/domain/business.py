"""An account's business details: what messages say about the business, and what may be typed there.

Addresses go into links of messages, so only complete http(s) ones are taken. A logo is judged by its first
bytes, never by its name: PNG, JPEG, WebP and GIF. SVG can hold scripts and is refused.
"""

import re
from dataclasses import dataclass, fields
from typing import Final
from urllib.parse import urlsplit

from app.platform.addresses import AddressProblem, phone_key

LONGEST_LINK: Final = 500
LONGEST_PHONE: Final = 40
LONGEST_POSTAL_ADDRESS: Final = 300
POSTAL_LINES: Final = 6
LARGEST_LOGO: Final = 1024 * 1024

LINKS: Final = {
    "website": "website",
    "booking_link": "booking page",
    "review_link": "review page",
}
_UNSAFE_IN_LINKS = re.compile(
    r"[\s<>\"'`\\{}|^\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)
_HOST = re.compile(r"(?=.{1,253}$)([\w-]{1,63}\.)+[^\W\d_][\w-]{1,62}\.?|localhost|\d{1,3}(\.\d{1,3}){3}")


@dataclass(frozen=True, slots=True)
class BusinessDetails:
    """Texts are empty where nothing is set. `logo`: a mark of the picture's content, empty without one."""

    website: str = ""
    phone: str = ""
    postal_address: str = ""
    booking_link: str = ""
    review_link: str = ""
    logo: str = ""

    @property
    def texts(self) -> dict[str, str]:
        """{name of the detail: its text} without the logo, in the order of the page."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name != "logo"}


def tidy_details(typed: dict[str, str]) -> dict[str, str]:
    """The texts as they are kept: spaces tidied, and https:// in front of an address typed without it."""
    tidy = {name: " ".join(_printable(text).split()) for name, text in typed.items()}
    for name in LINKS:
        text = tidy.get(name, "")
        if text and not re.match(r"[a-z][a-z0-9+.-]*:", text, re.IGNORECASE):
            tidy[name] = f"https://{text.removeprefix('//')}"
    if "postal_address" in typed:
        lines = (" ".join(_printable(line).split()) for line in typed["postal_address"].splitlines())
        tidy["postal_address"] = "\n".join(line for line in lines if line)
    return tidy


def details_problems(tidy: dict[str, str], country: str) -> dict[str, str]:
    """{field: sentence} for tidied details. `country`: whose phone numbers may lack a country code."""
    found: dict[str, str] = {}
    for name, words in LINKS.items():
        if (text := tidy.get(name, "")) and (problem := _link_problem(text)):
            found[name] = problem.format(what=words)
    phone = tidy.get("phone", "")
    if phone and not _is_phone(phone, country):
        found["phone"] = "Enter a phone number with its country code, such as +1 202 555 0143."
    address = tidy.get("postal_address", "")
    if len(address) > LONGEST_POSTAL_ADDRESS or address.count("\n") >= POSTAL_LINES:
        found["postal_address"] = f"Use at most {POSTAL_LINES} lines and {LONGEST_POSTAL_ADDRESS} characters."
    return found


def logo_type(content: bytes) -> str | None:
    """The media type of a picture by its signature; None for anything that is not one of the four."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR":
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return None


def logo_problem(content: bytes) -> str | None:
    """Why a picture cannot be the logo, as a sentence, or None."""
    if not content:
        return "This file is empty."
    if len(content) > LARGEST_LOGO:
        return "Use an image of at most 1 MB."
    if logo_type(content) is None:
        return "Use a PNG, JPEG, WebP, or GIF image."
    return None


def _link_problem(text: str) -> str | None:
    if len(text) > LONGEST_LINK:
        return f"Use at most {LONGEST_LINK} characters."
    wrong = "Enter the full address of your {what}, such as https://www.example.com."
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018  a port that is no number is refused here
    except ValueError:
        return wrong
    if parts.scheme.lower() not in ("http", "https"):
        return "Enter an address that starts with http:// or https://."
    if parts.username is not None or parts.password is not None:
        return "Leave out the user name and password."
    if _UNSAFE_IN_LINKS.search(text) or not _HOST.fullmatch(parts.hostname or ""):
        return wrong
    return None


def _is_phone(text: str, country: str) -> bool:
    return len(text) <= LONGEST_PHONE and not isinstance(phone_key(text, country or None), AddressProblem)


def _printable(text: str) -> str:
    kept = text.encode("utf-8", "ignore").decode()
    return "".join(one for one in kept if one.isprintable() or one.isspace())
