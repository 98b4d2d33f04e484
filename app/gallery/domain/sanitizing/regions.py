"""The parts of a text that are read in different ways: words, parts of links, and literals in merge tags."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from app.gallery.domain.sanitizing.kinds import PLACEHOLDERS
from app.gallery.domain.sanitizing.view import BREAK, Hidden, View, fold, view_of

RegionMode = Literal["text", "literal", "host", "path", "query", "address"]

LIQUID: Final = re.compile(r"\{\{.{0,400}?\}\}|\{%.{0,400}?%\}", re.DOTALL)  # as in messages
LITERAL: Final = re.compile(r"\"([^\"]+)\"|'([^']+)'|(?<![\w.])(\d{7,})(?![\w.])")
REMARK: Final = re.compile(r"\{%-?\s*#")
LINK_END: Final = re.compile(
    r"\]\(\s*+(?P<to><[^<>\n]*>|[^\s()<>]*+(?:\([^\s()]*+\)[^\s()<>]*+)*+)"
    r"(?:\s++(?P<title>\"[^\"]*\"|'[^']*'))?+\s*+\)"
)
ADDRESS: Final = re.compile(
    r"(?<!\w)(?:(?:https?://|www\.)[^\s<>\"“”]+|(?:mailto|tel|sms):[^\s<>\"“”)\]]+)", re.IGNORECASE
)
TRAILING: Final = ".,;:!?)]}'*_~`"
PARTS: Final = re.compile(
    r"(?P<scheme>https?://|//)?(?P<host>(?:[^/?#]|(?<=&)#)*)(?P<path>(?:[^?#]|(?<=&)#)*)"
    r"(?:\?(?P<query>(?:[^#]|(?<=&)#)*))?(?P<rest>#.*)?",
    re.DOTALL,
)
PARAMETER: Final = re.compile(r"&amp;|&(?!#?\w{1,31};)", re.IGNORECASE)
SCHEME: Final = re.compile(r"(mailto|tel|sms):", re.IGNORECASE)
BRACKET: Final = re.compile(r"[\[\]]")
PERSONAL: Final = re.compile(
    r"(?:utm_)?(?:e-?mail|e-?mail_?address|mail|phone|phone_?number|tel|mobile|first_?name|last_?name"
    r"|full_?name|fname|lname|surname)=(?P<value>.+)",
    re.IGNORECASE | re.DOTALL,
)
ORIGIN: Final = re.compile(r"(?:https?://)?(?:www\.)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Query:
    """The query of a link: where its question mark is, and (start, end) of its parameters."""

    start: int
    parameters: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a text. `parameter` is its number in the `query` of a link; `whole` is (start, end) of the
    link that it is a part of, and `is_target` tells that the link is the target of Markdown."""

    mode: RegionMode
    view: View
    start: int
    end: int
    query: Query | None = None
    parameter: int = -1
    whole: tuple[int, int] | None = None
    is_target: bool = False

    @property
    def is_in_link(self) -> bool:
        """Whether it is a part of a link."""
        return self.whole is not None


class FoundLink(NamedTuple):
    """A link of the business, or the beginning of one: which, and where it is in the text."""

    name: str
    start: int
    end: int


def regions_of(text: str, *, is_link: bool = False) -> Iterator[Region]:
    """Yield the regions of a text. `is_link`: all of it is the address of a link."""
    tags = [(found.start(), found.end()) for found in LIQUID.finditer(text)]
    breaks = sorted([*tags, *_placeholders(text, tags)])
    masked = _masked(text, breaks)
    for start, end in tags:
        yield from _literals(text, start, end)
    if is_link:
        yield from _of_link(text, masked, 0, len(text), breaks, is_target=False)
        return
    links: list[tuple[int, int, bool]] = []
    hidden = [Hidden(start, end, "break") for start, end in breaks]
    beginnings = _beginnings(masked)
    for found in LINK_END.finditer(masked):
        begin = beginnings.get(found.start())
        if begin is None:
            continue
        start, end = found.span("to")
        links.append((start, end, True))
        hidden += [Hidden(begin, begin + 1, "open"), Hidden(found.start(), found.end(), "close")]
        if found["title"]:
            yield _plain(text, *found.span("title"), breaks)
    for found in ADDRESS.finditer(masked):
        start, end = found.start(), found.start() + len(found[0].rstrip(TRAILING))
        if not any(start < known_end and known_start < end for known_start, known_end, _ in links):
            links.append((start, end, False))
            hidden.append(Hidden(start, end, "break"))
    for start, end, is_target in links:
        yield from _of_link(text, masked, start, end, breaks, is_target=is_target)
    yield Region("text", view_of(text, 0, len(text), _outermost(hidden)), 0, len(text))


def _placeholders(text: str, tags: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for found in PLACEHOLDERS.finditer(text):
        if not any(start < found.end() and found.start() < end for start, end in tags):
            yield found.span()


def _masked(text: str, breaks: Sequence[tuple[int, int]]) -> str:
    """Return a text of the same length, in which merge tags have no spaces or brackets."""
    parts, at = [], 0
    for start, end in breaks:
        parts += [text[at:start], BREAK * (end - start)]
        at = end
    return "".join([*parts, text[at:]])


def _literals(text: str, start: int, end: int) -> Iterator[Region]:
    """Yield the literals inside a merge tag, and the text of a remark."""
    breaks = [found.span() for found in PLACEHOLDERS.finditer(text, start, end)]
    spans = [found.span(found.lastindex or 0) for found in LITERAL.finditer(text, start, end)]
    if REMARK.match(text, start, end):
        spans = [(start + 2, end - 2)]
    for first, last in spans:
        yield Region("literal", view_of(text, first, last, _inside(first, last, breaks)), first, last)


def _beginnings(text: str) -> dict[int, int]:
    """Return {where a bracket closes: where it was opened}: what is between may be the text of a link."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for bracket in BRACKET.finditer(text):
        if bracket[0] == "[":
            opened.append(bracket.start())
        elif opened:
            found[bracket.start()] = opened.pop()
    return found


def _plain(text: str, start: int, end: int, breaks: Sequence[tuple[int, int]]) -> Region:
    return Region("text", view_of(text, start, end, _inside(start, end, breaks)), start, end)


def _of_link(
    text: str, masked: str, start: int, end: int, breaks: Sequence[tuple[int, int]], *, is_target: bool
) -> Iterator[Region]:
    """Yield the parts of a link: those before the query, each parameter, and what follows the query."""
    whole = (start, end)
    scheme = SCHEME.match(text, start, end)
    found = PARTS.fullmatch(masked, scheme.end() if scheme else start, end)
    if found is None:
        return

    def region(
        mode: RegionMode, begin: int, stop: int, query: Query | None = None, number: int = -1
    ) -> Region:
        view = view_of(text, begin, stop, _inside(begin, stop, breaks), is_query=query is not None)
        return Region(mode, view, begin, stop, query, number, whole, is_target)

    for name in ("host", "path", "rest"):
        begin, stop = found.span(name)
        if begin < stop:
            first: RegionMode = "address" if scheme else "host"
            yield region(first if name == "host" else "path", begin, stop)
    begin, stop = found.span("query")
    if begin < stop:
        query = Query(begin - 1, tuple(_parameters(text, begin, stop)))
        for number, (first_at, last_at) in enumerate(query.parameters):
            if first_at < last_at:
                yield region("query", first_at, last_at, query, number)


def _parameters(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for found in PARAMETER.finditer(text, start, end):
        yield at, found.start()
        at = found.end()
    yield at, end


def _inside(start: int, end: int, breaks: Sequence[tuple[int, int]]) -> list[Hidden]:
    return [
        Hidden(max(start, first), min(end, last), "break")
        for first, last in breaks
        if first < end and start < last
    ]


def _outermost(hidden: list[Hidden]) -> list[Hidden]:
    """Return them in order, without those inside others."""
    kept: list[Hidden] = []
    for one in sorted(hidden, key=lambda one: (one.start, -one.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def business_links(
    text: str, region: Region, links: Mapping[str, str], *, splits: bool
) -> Iterator[FoundLink]:
    """Yield the link of the business that a link is, or begins with.

    `splits`: the text has merge tags without markup, so that a link still works if only its beginning is one.
    """
    if region.whole is None or region.mode != "host":
        return
    start, end = region.whole
    written = text[start:end]
    for name, address in sorted(links.items(), key=lambda one: -len(one[1])):
        if _bare(written) == _bare(address):
            yield FoundLink(name, start, end)
            return
        size = _beginning(written, address)
        if size and (splits or region.is_target):
            yield FoundLink(name, start, start + size)
            return


def names_person(region: Region) -> bool:
    """Return whether a parameter of a link is one such as email=, with a value instead of a merge tag."""
    found = PERSONAL.fullmatch(region.view.plain) if region.mode == "query" else None
    return found is not None and BREAK not in found["value"]


def _bare(address: str) -> str:
    return fold(ORIGIN.sub("", address, count=1)).rstrip("/")


def _beginning(written: str, address: str) -> int:
    """Return how much of a link is the address of the business; 0 if it does not begin with that."""
    bare = ORIGIN.sub("", address, count=1)
    before = ORIGIN.match(written)
    size = (before.end() if before else 0) + len(bare)
    is_same = fold(written[size - len(bare) : size]) == fold(bare)
    is_whole = not address.endswith("/") and written[size : size + 1] in ("/", "?", "#")
    return size if bare and is_same and is_whole and written[:4].lower() == "http" else 0
