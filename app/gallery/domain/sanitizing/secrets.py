"""Secrets in a workflow: API keys, tokens, passwords, and addresses that work like a password.

They are not replaced but refused: whoever has put one into a workflow should also change it.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from app.gallery.domain.sanitizing.places import Place
from app.gallery.domain.sanitizing.regions import LIQUID
from app.gallery.domain.sanitizing.view import BREAK, view_of

_KNOWN: Final[tuple[tuple[str, str], ...]] = (
    ("an API key", r"\b(?:sk|pk|rk|whsec)_(?:live|test)_?[A-Za-z0-9]{10,}|\bwhsec_[A-Za-z0-9+/=]{16,}"),
    ("an API key", r"\bsk-[A-Za-z0-9_-]{20,}"),
    ("an API key", r"\bAKIA[0-9A-Z]{16}\b|\bASIA[0-9A-Z]{16}\b"),
    ("an API key", r"\bAIza[0-9A-Za-z_-]{35}"),
    ("an API key", r"\bSG\.[\w-]{16,}\.[\w-]{16,}|\bkey-[0-9a-f]{32}\b|\bxkeysib-[0-9a-f]{32,}"),
    ("an access token", r"\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_\w{40,}|\bglpat-[\w-]{20,}"),
    ("an access token", r"\bxox[abprs]-[A-Za-z0-9-]{10,}|\bmuster_[A-Za-z0-9_-]{20,}"),
    ("an access token", r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]{8,}"),
    ("an access token", r"\b(?:Bearer|Basic|Token)\s+(?=\S*\d)[A-Za-z0-9+/_=.-]{16,}"),
    ("a private key", r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    ("the secret address of an incoming webhook", r"hooks\.slack\.com/(?:services|workflows)/\w+/\w+"),
    ("the secret address of an incoming webhook", r"discord(?:app)?\.com/api/webhooks/\d+/[\w-]{20,}"),
    ("the secret address of an incoming webhook", r"hooks\.zapier\.com/hooks/catch/\d+/\w+"),
    ("the secret address of an incoming webhook", r"\bhook\.(?:\w+\.)?make\.com/\w{20,}"),
    ("the secret address of an incoming webhook", r"\.webhook\.office\.com/webhookb2/\S{30,}"),
    ("an access token", r"api\.telegram\.org/bot\d+:[\w-]{20,}"),
)
KNOWN: Final = tuple((what, re.compile(pattern)) for what, pattern in _KNOWN)
IN_ADDRESS: Final = re.compile(
    r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,30}://[^\s/@:?#]+:[^\s/@?#]{3,}@", re.IGNORECASE
)
NAMED: Final = re.compile(
    r"(?:^|[^a-z])(?:api[\s_-]?key|access[\s_-]?key|secret(?:[\s_-]?key)?|client[\s_-]?secret"
    r"|(?:access|auth|api|bearer|refresh|session)?[\s_-]?token|pass[\s_-]?word|passwd|pwd|passphrase"
    r"|authorization|auth|signature|signing[\s_-]?secret|credentials?|private[\s_-]?key|sig|hmac)\Z",
    re.IGNORECASE,
)
KIND: Final = re.compile(r"(?:bearer|basic|token|apikey|key)\s+", re.IGNORECASE)  # before a value
SAID: Final = re.compile(
    r"(?i:\b(api[\s_-]?key|secret(?:[\s_-]?key)?|access[\s_-]?token|auth[\s_-]?token|password|passwd|pwd"
    r"|passphrase|passcode)\b)\s*(?:is\s+)?[:=]\s*[\"'“]?(?P<value>[^\s\"'”<>]{6,})"
)
OPAQUE: Final = re.compile(r"[A-Za-z0-9_-]{24,}")
MIN_VALUE: Final = 6
MIN_ENTROPY: Final = 3.5  # bits for each character; English words joined by hyphens have less
UUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
SHOWN: Final = 4


class Secret(NamedTuple):
    """A secret: where it is, what it seems to be, and how it begins."""

    place: Place
    what: str
    beginning: str

    @property
    def sentence(self) -> str:
        """What to do about it."""
        return (
            f"This looks like {self.what} (“{self.beginning}…”). Remove it from the workflow, and replace "
            "it where it is used, if others may have seen it."
        )


def secrets_in(places: Iterable[Place]) -> list[Secret]:
    """Return the secrets of all texts, at most one for each."""
    found = []
    for place in places:
        if secret := next(_in_place(place), None):
            found.append(secret)
    return found


def _in_place(place: Place) -> Iterator[Secret]:
    text = _readable(place.text)
    for what, pattern in KNOWN:
        if match := pattern.search(text) or pattern.search(place.text):
            yield _secret(place, what, match[0])
    if match := IN_ADDRESS.search(text):
        scheme = match[0].partition("://")[0]
        yield Secret(place, "a link with a user name and a password", f"{scheme}://")
    for match in SAID.finditer(text):
        if BREAK not in match["value"] and any(map(str.isdigit, match["value"])):
            yield _secret(place, "a password or a key", match["value"])
    yield from _in_queries(place, text)
    if place.field == "fields" and not place.is_name:
        name, value = str(place.pointer[-1]), KIND.sub("", text.strip(), count=1)
        is_one_word = BREAK not in value and not re.search(r"\s", value)
        if is_one_word and len(value) >= MIN_VALUE and NAMED.search(name):
            yield _secret(place, f"the value of “{name[:40]}”", value)
    if place.mode == "link":
        yield from _in_webhook(place, text)


def _readable(text: str) -> str:
    """Return a text without invisible characters, with a break for each merge tag."""
    plain = LIQUID.sub(BREAK, text)
    return "".join(
        part if part == BREAK else view_of(part, 0, len(part)).plain.replace(BREAK, "")
        for part in re.split(f"({BREAK})", plain)
    )


def _in_queries(place: Place, text: str) -> Iterator[Secret]:
    for match in re.finditer(r"[?&]([\w.-]{1,40})=([^\s&#\"'<>)]{6,})", text):
        if BREAK not in match[2] and NAMED.search(match[1]):
            yield _secret(place, f"the value of “{match[1]}” in a link", match[2])


def _in_webhook(place: Place, text: str) -> Iterator[Secret]:
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return
    values = [*parts.path.split("/"), *(value for _, value in parse_qsl(parts.query))]
    for value in values:
        is_id = UUID.fullmatch(value.lower()) and "hook" in text.lower()
        if is_id or (OPAQUE.fullmatch(value) and _is_random(value)):
            yield _secret(place, "a key in the address of a webhook", value)


def _is_random(value: str) -> bool:
    parts = re.split(r"[-_]", value)
    if UUID.fullmatch(value.lower()) or all(part.isalpha() or len(part) <= 4 for part in parts):
        return False
    counts, size = Counter(value), len(value)
    entropy = -sum(count / size * math.log2(count / size) for count in counts.values())
    return entropy >= MIN_ENTROPY and any(map(str.isdigit, value)) and any(map(str.isalpha, value))


def _secret(place: Place, what: str, value: str) -> Secret:
    return Secret(place, what, value[:SHOWN])
