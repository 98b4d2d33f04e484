"""Hints on the texts of messages: what spam filters and readers dislike, and links that lead nowhere.

Hints are advice. They follow fixed rules, and never prevent anything.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from ipaddress import ip_address
from itertools import groupby, islice
from typing import Any
from urllib.parse import urlsplit

from app.platform.text.words import joined, quoted
from app.workflows.domain.messages.email_body import ADDRESS, TRAILING
from app.workflows.domain.messages.email_links import Link, links_of
from app.workflows.domain.messages.liquid_texts import ANY_TAG, MAX_TEXT
from app.workflows.domain.messages.merge_tags import MERGE_TAGS
from app.workflows.domain.messages.spam_words import SHORTENERS, SPAM_WORDS, UNREAL_SITES

WORD = re.compile(r"[^\W\d_]+(?:[’'][^\W\d_]+)*")
EXCLAMATION = re.compile(r"!(?!\[)")
LINK_ADDRESS = re.compile(rf"\]\([^()\n]*\)|{ADDRESS.pattern}")
PLACEHOLDER = re.compile(r"\{[\w .-]+\}|\*\|[\w:]+\|\*|%[A-Z_]{3,}%|\[[A-Za-z_][A-Za-z_ ]*\]|<[\w ]+>")
NEARBY = (".localhost", ".local", ".internal", ".lan", ".home")
LOUD_WORDS, LOUD_LETTERS = 3, 12
MOST_MARKS = {"line": 1, "message": 2, "markdown": 4}
MOST_NAMED, MOST_LINKS, MOST_HINTS = 3, 200, 10
SHOWN = 60


def text_hints(kind: str, text: str, context: Mapping[str, Any]) -> tuple[str, ...]:
    """Return hints on a text of the kind "line", "message" or "markdown" as sentences, each once, and not too
    many. `context` has the values of its merge tags. Never raises."""
    text = text[:MAX_TEXT]
    plain = LINK_ADDRESS.sub(" ", ANY_TAG.sub(" ", text))
    found = [*_spam_hints(plain), *_loud_hints(plain), *_exclamation_hints(kind, plain)]
    if kind == "markdown":
        for link in islice(links_of(text, context), MOST_LINKS):
            found += _link_hints(link) if isinstance(link, Link) else [_no_link(link)]
    elif kind == "message":
        addresses = (one.group().rstrip(TRAILING) for one in ADDRESS.finditer(ANY_TAG.sub("", text)))
        found += [hint for one in addresses for hint in _address_hints(Link(one, one, one, one))]
    return tuple(dict.fromkeys(found))[:MOST_HINTS]


def has_link(text: str) -> bool:
    """Return whether a rendered text, HTML or plain, has a link."""
    return "<a " in text or ADDRESS.search(text) is not None


def may_have_link(text: str) -> bool:
    """Return whether a text, as it is written, may have a link. Costs less than rendering it."""
    return ADDRESS.search(text) is not None or "](" in text or any(name in text for name in _link_tags())


@cache
def _link_tags() -> tuple[str, ...]:
    return tuple(tag.name for tag in MERGE_TAGS.values() if tag.link)


def _spam_hints(text: str) -> Iterator[str]:
    straight = text.replace("'", "’")
    for reason, pattern in _spam_patterns():
        words = dict.fromkeys(" ".join(one.lower().split()) for one in pattern.findall(straight))
        if words:
            named = joined([quoted(word) for word in [*words][:MOST_NAMED]])
            yield f"Spam filters react to {named}, {reason}."


@cache
def _spam_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((reason, _any_of(phrases)) for reason, phrases in SPAM_WORDS.items())


def _any_of(phrases: str) -> re.Pattern[str]:
    each = (phrase.split() for phrase in re.split(r"[|\n]", phrases))
    longest_first = sorted((words for words in each if words), key=lambda words: -len(" ".join(words)))
    wanted = "|".join(r"[\s,]+".join(map(re.escape, words)) for words in longest_first)
    return re.compile(rf"(?<![\w-])(?:{wanted})(?![\w-])", re.IGNORECASE)


def _loud_hints(text: str) -> Iterator[str]:
    for line in text.splitlines():
        words = [word for word in WORD.findall(line) if len(word) > 1]
        for is_loud, run in groupby(words, str.isupper):
            loud = [*run] if is_loud else []
            if len(loud) >= LOUD_WORDS and len("".join(loud)) >= LOUD_LETTERS:
                yield f"{quoted(_short(' '.join(loud)))} reads like shouting. Use capital letters sparingly."
                return


def _exclamation_hints(kind: str, text: str) -> Iterator[str]:
    count = len(EXCLAMATION.findall(text))
    if "!!" in text:
        yield "Several exclamation marks in a row look like spam. Use one, or none."
    elif count > MOST_MARKS[kind]:
        yield f"There are {count} exclamation marks. Fewer make a calmer impression."


def _link_hints(link: Link) -> Iterator[str]:
    if link.is_image:
        if not link.goes_to and not link.from_tag:
            yield "The address of an image isn’t complete. Start it with https://."
        if not link.words:
            yield "An image has no description, which many people read instead: ![description](address)."
    elif not link.address and not link.from_tag:
        yield f"The link {quoted(_short(link.words))} has no address." if link.words else "A link is empty."
    elif not link.words:
        yield f"The link to {_short(link.address)} has no text, so people can’t see it."
    elif not link.goes_to and not link.from_tag:
        yield _unsendable(link.address)
    yield from _address_hints(link)


def _unsendable(address: str) -> str:
    if address.startswith(("/", ".", "#", "?")):
        return f"{quoted(_short(address))} is only part of an address. Start it with https:// and your site."
    return f"{quoted(_short(address))} can’t be opened from an email. Start it with https:// or mailto:."


def _address_hints(link: Link) -> Iterator[str]:
    if wrong := PLACEHOLDER.search(link.typed):
        yield f"{quoted(wrong.group())} in a link isn’t a merge tag, so it stays as it is."
    host = "" if link.from_tag else _host(link.goes_to)
    name = host.removeprefix("www.")
    if name in SHORTENERS:
        yield f"Spam filters distrust short links such as {name}. Use the full address."
    elif name in UNREAL_SITES or name.endswith(".example"):
        yield f"{name} is a placeholder. Use the address of your website."
    elif host and _is_nearby(host):
        yield f"{_short(host)} can only be reached from your own network."


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_nearby(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(NEARBY)


def _no_link(text: str) -> str:
    if text.startswith("["):
        return f"{quoted(_short(text))} isn’t a link. Check its address for spaces."
    return f"{quoted(_short(text))} isn’t a link. Start it with https://."


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
