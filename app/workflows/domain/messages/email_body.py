"""Rendering an email's Markdown with merge tags as HTML and as text.

Merge tags are replaced with marks before the Markdown is parsed, and the values are inserted afterwards. So a
contact named `<script>` or `[click](https://example.com)` is always plain text, and a link that contains a
value is checked as the complete address.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any, NamedTuple
from urllib.parse import quote

from markdown_it import MarkdownIt
from markdown_it.common.normalize_url import normalizeLink
from markdown_it.token import Token

from app.workflows.domain.messages.email_text import text_of
from app.workflows.domain.messages.liquid_texts import fill
from app.workflows.domain.messages.marks import Marks, Value

MARKDOWN = MarkdownIt("commonmark", {"html": False, "maxNesting": 20})
ADDRESS = re.compile(r"https?://[^\s<>\"“”]+")
WEB = re.compile(r"https?://[^/\\\s?#@:]+(:[0-9]{1,5})?([/?#]\S*)?", re.IGNORECASE)
OTHER = re.compile(r"mailto:[^\s@]+@\S+|(tel|sms):\+?[0-9()./ -]{3,}(\?\S*)?", re.IGNORECASE)
BARE_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}([/?#]\S*)?", re.IGNORECASE)
SCHEME = re.compile(r"https?://", re.IGNORECASE)
LIQUID = re.compile(r"\{\{[^{}]{0,300}\}\}|\{%[^{}%]{0,400}%\}")
TRAILING = ".,;:!?)]}'*_"
MAX_KEPT = 20_000


class EmailBody(NamedTuple):
    """Safe HTML, and the same as plain text."""

    html: str
    text: str


def render_email_body(text: str, context: Mapping[str, Any]) -> EmailBody:
    """Return an email's text, filled in. Never raises; values never become markup."""
    marks = Marks.for_text(text)
    markdown = fill(text, context, marks)
    try:
        tokens = list(_block_tokens(parsed(markdown), marks))
        return EmailBody(str(MARKDOWN.renderer.render(tokens, MARKDOWN.options, {})), text_of(tokens))
    except RecursionError:
        plain = marks.fill(markdown)
        return EmailBody(f"<p>{escape(plain)}</p>\n", plain)


def source_text(markdown: str) -> str:
    """Return what an author has written without the signs of Markdown: links with their address behind the
    words, and merge tags as written. Never raises."""
    marks = Marks.for_text(markdown)
    kept = LIQUID.sub(lambda found: marks.keep(found.group()), markdown)
    try:
        return marks.fill(text_of(parsed(kept)))
    except RecursionError:
        return markdown


def parsed(markdown: str) -> Sequence[Token]:
    """Return the tokens of a text, which must not be changed. Raises RecursionError."""
    return _parse(markdown) if len(markdown) <= MAX_KEPT else MARKDOWN.parse(markdown)


@lru_cache(maxsize=32)
def _parse(markdown: str) -> Sequence[Token]:
    """Parse a text, which is the same for nearly all recipients of an email, because values are only marks in
    it. The tokens must not be changed."""
    return MARKDOWN.parse(markdown)


def _block_tokens(tokens: Sequence[Token], marks: Marks) -> Iterator[Token]:
    kept: list[Token] = []
    for token in tokens:
        if token.type == "inline":
            token = token.copy(children=list(_inline_tokens(token.children or [], marks)))
        elif token.content or token.info:
            token = token.copy(content=marks.fill(token.content), info="")
        kept.append(token)
    yield from _without_empty_paragraphs(kept)


def _without_empty_paragraphs(tokens: list[Token]) -> Iterator[Token]:
    at = 0
    while at < len(tokens):
        if tokens[at].type == "paragraph_open" and not _says_something(tokens[at + 1]):
            at += 3
            continue
        yield tokens[at]
        at += 1


def _says_something(inline: Token) -> bool:
    return any(child.type == "image" or child.content.strip() for child in inline.children or [])


def _inline_tokens(tokens: list[Token], marks: Marks) -> Iterator[Token]:
    open_links: list[bool] = []
    for token in tokens:
        if token.type == "link_open":
            address = filled_address(str(token.attrGet("href") or ""), marks)
            open_links.append(bool(address))
            if address:
                yield _link(address, marks.fill(str(token.attrGet("title") or "")))
        elif token.type == "link_close":
            if open_links and open_links.pop():
                yield token
        elif token.type == "image":
            yield from _image(token, marks)
        elif token.type == "text" and not any(open_links):
            yield from _linked_text(token.content, marks)
        elif token.type == "text":
            yield from _lines(marks.fill(token.content))
        else:
            yield token.copy(content=marks.fill(token.content)) if token.content else token


def _link(address: str, title: str = "") -> Token:
    attrs: dict[str, str | int | float] = {"href": address}
    return Token("link_open", "a", 1, attrs={**attrs, "title": title} if title else attrs)


def _image(token: Token, marks: Marks) -> Iterator[Token]:
    words = marks.fill(MARKDOWN.renderer.renderInlineAsText(token.children, MARKDOWN.options, {}))  # type: ignore[attr-defined]
    address = filled_address(str(token.attrGet("src") or ""), marks)
    if not address or not WEB.fullmatch(address):
        yield from _lines(words)
        return
    words_shown = [Token("text", "", 0, content=words)]
    yield token.copy(attrs={"src": address, "alt": ""}, children=words_shown, content=words)


def _linked_text(text: str, marks: Marks) -> Iterator[Token]:
    """Yield tokens for the author's text, with web addresses and the account's own links as links."""
    at = 0
    for found in ADDRESS.finditer(text):
        raw = found.group().rstrip(TRAILING)
        address = filled_address(raw, marks)
        yield from _values(text[at : found.start()], marks)
        at = found.start() + len(raw)
        yield from _shown_link(address, marks.fill(raw))
    yield from _values(text[at:], marks)


def _values(text: str, marks: Marks) -> Iterator[Token]:
    for piece in marks.pieces(text):
        if isinstance(piece, Value) and piece.link:
            yield from _shown_link(safe_address(piece.text), piece.text.strip())
        else:
            yield from _lines(piece.text if isinstance(piece, Value) else piece)


def _shown_link(address: str, words: str) -> Iterator[Token]:
    if address:
        yield _link(address)
    yield from _lines(words)
    if address:
        yield Token("link_close", "a", -1)


def _lines(text: str) -> Iterator[Token]:
    for number, line in enumerate(text.split("\n")):
        if number:
            yield Token("hardbreak", "br", 0)
        if line:
            yield Token("text", "", 0, content=line)


def filled_address(href: str, marks: Marks) -> str:
    """Return the address of a link with its values inserted; empty if it is not safe.

    A value at the beginning, or directly after "https://", is used as is; anywhere else it is URL-encoded.
    """
    built = ""
    for piece in marks.pieces(href):
        if isinstance(piece, str):
            built += piece
        elif built.lower() in ("", "http://", "https://"):
            value = piece.text.strip()
            built = value if SCHEME.match(value) else built + value
        else:
            built += piece.text if piece.encoded else _encoded(piece.text, built)
    return safe_address(built)


def _encoded(value: str, before: str) -> str:
    scheme = before.partition(":")[0].lower()
    if scheme in ("tel", "sms") and "?" not in before:
        return re.sub(r"[^0-9+]", "", value)
    return quote(value, safe="@+" if scheme == "mailto" and "?" not in before else "")


def safe_address(address: str) -> str:
    """Return the normalized address if it is a web, mail or telephone address; else empty."""
    address = address.strip()
    if len(address) > 4_000:
        return ""
    if BARE_DOMAIN.fullmatch(address):
        address = f"https://{address}"
    if WEB.fullmatch(address) or OTHER.fullmatch(address):
        return str(normalizeLink(address.replace(" ", "")))
    return ""
