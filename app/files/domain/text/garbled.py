"""Text garbled before the upload: U+FFFD, UTF-8 decoded as another encoding, and HTML entities.

`JosÃ©` is José in UTF-8 decoded as Windows-1252; `Caf&eacute;` was written for a web page. Both are reported,
and repaired only on request.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import Final, Literal

# ruff: noqa: RUF001

Repair = Literal["encoding", "entities"]
REPAIRS: Final[tuple[Repair, ...]] = ("encoding", "entities")
LOST: Final = "\ufffd"
_LONGEST: Final = 4_000  # characters; longer cells are not names and are not repaired
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
# The second byte of a UTF-8 sequence as decoded by common single-byte encodings.
_TRAIL = (
    "\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œžŸŽŚŤŹśťźˇ˘Ł¤Ą¦§¨©Ş«¬®Ż°±˛ł´µ¶·¸ąş»Ľ˝ľżЂЃѓЉЊЌЋЏђљњќћџЎўЈҐЁЄЇІіґё№єјЅѕї"
)
_MISREAD = re.compile(
    rf"[ÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛĂĹĆČĎĐŃŇŘŮŐŰ][{_TRAIL}]"
    rf"|[âăãäåæçèéêëìíîï][{_TRAIL}][{_TRAIL}]"
    r"|[РС][\xa0-\xbfЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—™љ›њќћџЎўЈҐЄЇІіґєјЅѕї]"
    r"|√[©®†°¶ß∏§•ü±≥£∂ºø]"
)


# The same in UTF-8. Each pattern starts with a fixed byte, so that a search skips ASCII quickly.
_AFTER = rb"(?:\xc2[\x80-\xbf]|[\xc4\xc5\xd0\xd1].|\xcb[\x80-\x9f]|\xe2(?:[\x80-\x84]))"
_MISREAD_BYTES = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        rb"\xc3(?:[\x80-\x9f]" + _AFTER + rb"|[\xa0-\xaf]" + _AFTER + rb".{0,2}[\xc2-\xe2])",
        rb"\xc4[\x82\x86\x8c\x8e\x90]" + _AFTER,
        rb"\xc5[\x83\x87\x90\x98\xae\xb0\xb9]" + _AFTER,
        rb"\xd0[\xa0\xa1](?:\xc2|\xd0[\x82-\x8f]|\xd1[\x92-\x9f]|\xe2[\x80-\x84])",
        rb"\xe2\x88\x9a",
        rb"\xef\xbf\xbd",
    )
)


def may_be_garbled(text: str) -> bool:
    """Return whether a block of text may contain garbled cells; a cheap test."""
    if "&" in text and _ENTITY.search(text):
        return True
    if text.isascii():
        return False
    spelled = text.encode("utf-8", "replace")
    return any(pattern.search(spelled) for pattern in _MISREAD_BYTES)


def what_is_wrong(cell: str) -> set[str]:
    """Return which of `lost`, `encoding`, and `entities` apply to a cell."""
    wrong: set[str] = set()
    if LOST in cell:
        wrong.add("lost")
    if "&" in cell and _ENTITY.search(cell) and repaired(cell, ("entities",)) != cell:
        wrong.add("entities")
    if not cell.isascii() and _MISREAD.search(cell) and repaired(cell, ("encoding",)) != cell:
        wrong.add("encoding")
    return wrong


def repaired(cell: str, mends: tuple[str, ...]) -> str:
    """Return the repaired cell; characters that are not garbled are left unchanged."""
    if len(cell) > _LONGEST:
        return cell
    if "entities" in mends and "&" in cell and _ENTITY.search(cell):
        cell = _without_entities(cell)
    if "encoding" in mends and not cell.isascii() and _MISREAD.search(cell):
        cell = _reread(cell)
    return cell


def _without_entities(cell: str) -> str:
    """Decode entities, including those escaped twice: `&amp;eacute;`."""
    for _ in range(3):
        plain = _ENTITY.sub(lambda found: html.unescape(found[0]), cell)
        if plain == cell:
            break
        cell = plain
    return cell.replace("\xa0", " ").replace("\0", "")


@lru_cache(maxsize=4096)
def _reread(cell: str) -> str:
    import ftfy  # most files do not need it

    for _ in range(3):
        plain = ftfy.fix_encoding(cell)
        if plain == cell:
            break
        cell = plain
    return cell
