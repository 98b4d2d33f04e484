"""Likely typos in the domains of well-known mailbox providers: `gmial.com` for `gmail.com`.

A wrong suggestion would send mail to a stranger. Therefore only long names are compared, the first letter
must match, and existing domains similar to well-known ones are left alone.
"""

from __future__ import annotations

from typing import Final

from rapidfuzz.distance import OSA

# {provider name: its domain endings}.
_PROVIDERS: Final[dict[str, frozenset[str]]] = {
    name: frozenset(endings.split())
    for name, endings in {
        "gmail": "com",
        "googlemail": "com co.uk",
        "hotmail": "com co.uk de fr it es nl be se dk no fi ch at gr ca com.br com.ar com.au co.jp",
        "outlook": "com de fr es it dk ie be com.br com.au co.uk at jp pt sa",
        "yahoo": "com co.uk de fr it es ca in co.in co.jp com.br com.ar com.mx com.au ie gr pl se",
        "icloud": "com",
        "protonmail": "com ch",
        "comcast": "net",
        "verizon": "net",
        "sbcglobal": "net",
        "bellsouth": "net",
        "btinternet": "com",
        "t-online": "de",
        "freenet": "de",
        "wanadoo": "fr",
        "laposte": "net",
        "live": "com co.uk de fr it nl be se dk no ca com.au",
        "aol": "com co.uk de fr it",
        "gmx": "de net com at ch",
        "web": "de",
        "me": "com",
        "msn": "com",
        "orange": "fr",
        "free": "fr",
        "libero": "it",
        "yandex": "ru com",
        "ymail": "com",
        "mail": "com ru",
    }.items()
}
_COMPARED: Final = tuple(
    name for name in _PROVIDERS if len(name) >= 5 and name not in ("orange", "libero", "ymail")
)
WELL_KNOWN_ENDINGS: Final = {
    **{
        name + ending.replace(".", ""): f"{name}.{ending}"
        for name, endings in _PROVIDERS.items()
        for ending in endings
        if len(name) >= 4
    },
    **{name: f"{name}.com" for name, endings in _PROVIDERS.items() if endings == {"com"} and len(name) >= 5},
}
"""{well-known domain without its dot or its only ending (gmailcom, gmail): the domain}."""
# Existing names that are one keystroke from a well-known one.
_EXISTING: Final = frozenset({"gail"})
_WRONG_ENDINGS: Final[dict[str, str]] = {
    **dict.fromkeys(("con", "cmo", "ocm", "cm", "om", "comm", "coom", "ccom", "vom", "xom", "cim"), "com"),
    **dict.fromkeys(("cpm", "clm", "c0m", "coml", "come", "como", "co", "com.com"), "com"),
    **dict.fromkeys(("ner", "nett", "met", "nte", "ent"), "net"),
    **dict.fromkeys(("dee", "ed", "d"), "de"),
    **dict.fromkeys(("rf", "frr", "ft"), "fr"),
    "co.ku": "co.uk",
    "cou.k": "co.uk",
    "co.k": "co.uk",
    "couk": "co.uk",
}


def meant_domain(domain: str) -> str | None:
    """Return the well-known domain that was probably meant; None if the domain is one or resembles none."""
    name, _, ending = domain.partition(".")
    if name in _PROVIDERS and ending in _PROVIDERS[name]:
        return None
    meant = name if name in _PROVIDERS else _nearest(name)
    if meant is None:
        return None
    endings = _PROVIDERS[meant]
    if ending in endings:
        right = ending
    elif _WRONG_ENDINGS.get(ending) in endings and not (len(meant) < 5 and ending == "co"):
        right = _WRONG_ENDINGS[ending]
    else:
        return None
    return f"{meant}.{right}"


def _nearest(name: str) -> str | None:
    if len(name) < 4 or name in _EXISTING:
        return None
    for known in _COMPARED:
        if known[0] == name[0] and OSA.distance(name, known, score_cutoff=1) == 1:
            return known
    return None
