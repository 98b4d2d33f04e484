"""The links and images of an email as its author wrote them, including what was meant to be one."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from markdown_it.token import Token

from app.workflows.domain.messages.email_body import ADDRESS, TRAILING, WEB, filled_address, parsed
from app.workflows.domain.messages.liquid_texts import fill
from app.workflows.domain.messages.marks import Marks, Value

NO_LINK = re.compile(r"\[[^\[\]\n]{1,200}\]\([^()\n]{1,500}\)|(?<![\w./-])www\.[\w-]+(?:\.[\w-]+)+", re.ASCII)
ONLY_SCHEME = ("", "http://", "https://")


@dataclass(frozen=True, slots=True)
class Link:
    """`words` are its text, of an image its description. `address` is complete, `typed` what the author typed
    of it, `goes_to` where it leads: empty if it isn't sent as a link. With `from_tag`, a merge tag decides
    where that is."""

    words: str
    address: str
    typed: str
    goes_to: str
    from_tag: bool = False
    is_image: bool = False


def links_of(text: str, context: Mapping[str, Any]) -> Iterator[Link | str]:
    """Yield the links and images of an email's text, filled in, and as plain text what looks like a link but
    isn't one."""
    marks = Marks.for_text(text)
    try:
        tokens = parsed(fill(text, context, marks))
    except RecursionError:
        return
    for token in tokens:
        if token.type == "inline":
            yield from _in_line(token.children or [], marks)


def _in_line(tokens: Sequence[Token], marks: Marks) -> Iterator[Link | str]:
    address: str | None = None
    words = ""
    for token in tokens:
        if token.type == "link_open":
            address, words = str(token.attrGet("href") or ""), ""
        elif token.type == "link_close" and address is not None:
            yield _link(address, words, marks)
            address = None
        elif token.type == "image":
            yield _link(str(token.attrGet("src") or ""), token.content, marks, is_image=True)
            words += token.content or "image"
        elif address is not None:
            words += token.content
        elif token.type == "text":
            yield from _in_text(token.content, marks)


def _in_text(text: str, marks: Marks) -> Iterator[Link | str]:
    for found in ADDRESS.finditer(text):
        address = found.group().rstrip(TRAILING)
        yield _link(address, address, marks)
    for found in NO_LINK.finditer(text):
        yield marks.fill(found.group())


def _link(address: str, words: str, marks: Marks, *, is_image: bool = False) -> Link:
    pieces = list(marks.pieces(address))
    typed = [piece for piece in pieces if isinstance(piece, str)]
    begin = pieces[0] if pieces and isinstance(pieces[0], str) else ""
    from_tag = any(isinstance(piece, Value) for piece in pieces) and begin.lower() in ONLY_SCHEME
    goes_to = filled_address(address, marks)
    if is_image and not WEB.fullmatch(goes_to if from_tag else marks.fill(address)):
        goes_to = ""
    return Link(
        words=" ".join(marks.fill(words).split()),
        address=unquote(marks.fill(address)).strip(),
        typed=unquote("".join(typed)),
        goes_to=goes_to,
        from_tag=from_tag,
        is_image=is_image,
    )
