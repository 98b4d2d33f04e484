"""Business details of an account, which messages quote: fields, normalization, and validation.

Links end up in messages, so only absolute http(s) URLs are accepted. The type of a logo is determined by its
signature, never by its file name. SVG is rejected because it can contain scripts.
"""

import re
from dataclasses import dataclass, fields
from typing import Final
from urllib.parse import urlsplit

from app.platform.addresses import AddressProblem, phone_key

MAX_LINK_LENGTH: Final = 500
MAX_PHONE_LENGTH: Final = 40
MAX_POSTAL_ADDRESS_LENGTH: Final = 300
MAX_POSTAL_ADDRESS_LINES: Final = 6
MAX_LOGO_BYTES: Final = 1024 * 1024

LINKS: Final = {
    "website": "website",
    "booking_link": "booking page",
    "review_link": "review page",
}
_UNSAFE_IN_LINKS = re.compile(
    r"[\s<>\"'`\\{}|^\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)
_COLOR = re.compile(r"#[0-9a-f]{6}")
_HOST = re.compile(r"(?=.{1,253}$)([\w-]{1,63}\.)+[^\W\d_][\w-]{1,62}\.?|localhost|\d{1,3}(\.\d{1,3}){3}")


@dataclass(frozen=True, slots=True)
class BusinessDetails:
    """Details that are not set are empty. `color` is like #0b6b75; `logo` is a short hash of the image, or ""
    without a logo."""

    website: str = ""
    phone: str = ""
    postal_address: str = ""
    booking_link: str = ""
    review_link: str = ""
    color: str = ""
    logo: str = ""

    @property
    def texts(self) -> dict[str, str]:
        """Return {name: text} of what messages can quote, in the order of the page."""
        return {
            one.name: getattr(self, one.name) for one in fields(self) if one.name not in ("color", "logo")
        }

    @property
    def typed(self) -> dict[str, str]:
        """Return {name: text} of everything that can be typed."""
        return self.texts | {"color": self.color}


def tidy_details(typed: dict[str, str]) -> dict[str, str]:
    """Normalize whitespace, remove unprintable characters, and add https:// to links without a scheme."""
    tidy = {name: " ".join(_printable(text).split()) for name, text in typed.items()}
    for name in LINKS:
        text = tidy.get(name, "")
        if text and not re.match(r"[a-z][a-z0-9+.-]*:", text, re.IGNORECASE):
            tidy[name] = f"https://{text.removeprefix('//')}"
    if color := tidy.get("color", "").lower().removeprefix("#"):
        tidy["color"] = f"#{''.join(2 * digit for digit in color) if len(color) == 3 else color}"
    if "postal_address" in typed:
        lines = (" ".join(_printable(line).split()) for line in typed["postal_address"].splitlines())
        tidy["postal_address"] = "\n".join(line for line in lines if line)
    return tidy


def details_problems(tidy: dict[str, str], country: str) -> dict[str, str]:
    """Validate normalized details; return {field: sentence}.

    `country` (ISO 3166 alpha-2) is the country of phone numbers without a country code.
    """
    found: dict[str, str] = {}
    for name, words in LINKS.items():
        if (text := tidy.get(name, "")) and (problem := _link_problem(text)):
            found[name] = problem.format(what=words)
    phone = tidy.get("phone", "")
    if phone and not _is_phone(phone, country):
        found["phone"] = "Enter a phone number with its country code, such as +1 202 555 0143."
    if (color := tidy.get("color", "")) and not _COLOR.fullmatch(color):
        found["color"] = "Enter a color as # and six digits from 0 to f, such as #0b6b75."
    address = tidy.get("postal_address", "")
    if len(address) > MAX_POSTAL_ADDRESS_LENGTH or address.count("\n") >= MAX_POSTAL_ADDRESS_LINES:
        found["postal_address"] = (
            f"Use at most {MAX_POSTAL_ADDRESS_LINES} lines and {MAX_POSTAL_ADDRESS_LENGTH} characters."
        )
    return found


def logo_type(content: bytes) -> str | None:
    """Return the media type of an image by its signature: PNG, JPEG, GIF, or WebP; otherwise None."""
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
    """Return a sentence that says why an image cannot be the logo, or None if it can."""
    if not content:
        return "This file is empty."
    if len(content) > MAX_LOGO_BYTES:
        return "Use an image of at most 1 MB."
    if logo_type(content) is None:
        return "Use a PNG, JPEG, WebP, or GIF image."
    return None


def _link_problem(text: str) -> str | None:
    if len(text) > MAX_LINK_LENGTH:
        return f"Use at most {MAX_LINK_LENGTH} characters."
    wrong = "Enter the full address of your {what}, such as https://www.example.com."
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018  raises ValueError for an invalid port
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
    return len(text) <= MAX_PHONE_LENGTH and not isinstance(phone_key(text, country or None), AddressProblem)


def _printable(text: str) -> str:
    kept = text.encode("utf-8", "ignore").decode()
    return "".join(one for one in kept if one.isprintable() or one.isspace())
