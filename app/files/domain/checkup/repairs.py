"""Repairs of email addresses with one likely meaning: `ann@gmail,com`, `ann at gmail.com`, `ann@ gmail.com`.

A repair is only suggested; the user applies it and can undo it. An address that could belong to somebody else
when repaired (`bob smith@example.com`) is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Final, NamedTuple

from app.files.domain.checkup.typos import WELL_KNOWN_ENDINGS, meant_domain
from app.platform.addresses import email_key, trimmed, unquoted, without_invisible

_LONGEST: Final = 320

KINDS: Final[dict[str, str]] = {
    "invisible": "The address has an invisible character",
    "at": "The @ sign or a dot is spelled out or replaced",
    "double_at": "There are two @ signs in a row",
    "space": "A space is next to the @ sign or a dot",
    "comma": "There’s a comma instead of a dot",
    "dots": "A dot is in the wrong place or repeated",
    "ending": "The ending of a well-known domain is missing its dot",
    "brackets": "There’s an extra bracket or quotation mark",
}
"""{kind of repair: description for the user}."""

_ENDINGS: Final = frozenset(
    {
        *(
            "com",
            "net",
            "org",
            "info",
            "biz",
            "edu",
            "gov",
            "io",
            "eu",
            "de",
            "at",
            "ch",
            "fr",
            "it",
            "es",
            "pt",
        ),
        *(
            "nl",
            "be",
            "lu",
            "dk",
            "se",
            "no",
            "fi",
            "pl",
            "cz",
            "sk",
            "hu",
            "ro",
            "gr",
            "ie",
            "uk",
            "co.uk",
            "org.uk",
        ),
        *(
            "us",
            "ca",
            "mx",
            "br",
            "com.br",
            "ar",
            "cl",
            "au",
            "com.au",
            "nz",
            "co.nz",
            "in",
            "co.in",
            "jp",
            "co.jp",
        ),
        *("ru", "ua", "tr", "com.tr", "za", "co.za"),
    }
)
_AT_WORD: Final = re.compile(r"\s?[(\[{<]\s?(?:at|ät|arroba|a)\s?[)\]}>]\s?|\s(?:at|ät|arroba)\s", re.I)
_DOT_WORD: Final = re.compile(
    r"\s?[(\[{<]\s?(?:dot|punkt|point|punto)\s?[)\]}>]\s?|\s(?:dot|punkt|point|punto)\s", re.I
)
_BESIDE_DOT: Final = re.compile(r" *\. *")
_COMMA: Final = re.compile(r"([\w-]+(?:\.[\w-]+)*)[,;]([a-z]{2,4}(?:\.[a-z]{2})?)", re.I)
_DOTS: Final = re.compile(r"\.{2,}")


class Repair(NamedTuple):
    """The kinds of repair applied, and the resulting address."""

    kinds: tuple[str, ...]
    address: str


def repair(cell: str) -> Repair | None:
    """Return the repair of a cell without a valid address; None if there is no likely one."""
    if len(cell) > _LONGEST:
        return None
    text = trimmed(unquoted(trimmed(cell)))
    kinds: list[str] = []
    for kind, mend in _MENDS:
        repaired = mend(text)
        if repaired != text:
            kinds.append(kind)
            text = repaired
    if not kinds or text.count("@") != 1 or not isinstance(email_key(text), str):
        return None
    local, _, domain = text.partition("@")
    return Repair(tuple(kinds), f"{local}@{meant_domain(domain.lower()) or domain}")


def mended_cell(cell: str, domains: Mapping[str, str], kinds: Collection[str]) -> str:
    """Apply the chosen repairs to a cell: mistyped domains {wrong: right}, and repairs of the given
    `kinds`."""
    if kinds and not isinstance(email_key(cell), str):
        found = repair(cell)
        if found is not None and all(kind in kinds for kind in found.kinds):
            cell = found.address
    if not domains or "@" not in cell or len(cell) > 4 * _LONGEST:
        return cell
    return _DOMAIN.sub(lambda found: "@" + domains.get(found[1].lower(), found[1]), cell)


_DOMAIN: Final = re.compile(r"@([\w.-]++)")


def _spelled_out(text: str) -> str:
    text = text.replace("\uff20", "@").replace("\ufe6b", "@").replace("\uff0e", ".")
    if "@" not in text:
        if len(_AT_WORD.findall(text)) != 1:
            return text
        text = _AT_WORD.sub("@", text)
    return _DOT_WORD.sub(".", text)


def _without_spaces(text: str) -> str:
    local, at, domain = text.partition("@")
    if not at or "@" in domain:
        return text
    return _BESIDE_DOT.sub(".", local.strip()) + "@" + _BESIDE_DOT.sub(".", domain.strip())


def _with_dot(text: str) -> str:
    local, at, domain = text.partition("@")
    found = _COMMA.fullmatch(domain)
    if not at or found is None or found[2].lower() not in _ENDINGS:
        return text
    if "." in found[1] and found[1].rpartition(".")[2].lower() in _ENDINGS:
        return text  # gmail.com,de could be two entries
    return f"{local}@{found[1]}.{found[2]}"


def _dots(text: str) -> str:
    local, at, domain = text.partition("@")
    if not at:
        return text
    return _DOTS.sub(".", local).strip(".") + "@" + _DOTS.sub(".", domain).strip(".")


def _ending(text: str) -> str:
    local, at, domain = text.partition("@")
    right = WELL_KNOWN_ENDINGS.get(domain.lower()) if at else None
    return text if right is None else f"{local}@{right}"


def _brackets(text: str) -> str:
    return text.strip("<>()[]{}\"'`„“”‚‘’ ") if "@" in text else text  # noqa: RUF001


_MENDS: Final[tuple[tuple[str, Callable[[str], str]], ...]] = (
    ("invisible", without_invisible),
    ("at", _spelled_out),
    ("double_at", lambda text: re.sub(r"@\s*@+", "@", text)),
    ("brackets", _brackets),
    ("space", _without_spaces),
    ("comma", _with_dot),
    ("dots", _dots),
    ("ending", _ending),
)
