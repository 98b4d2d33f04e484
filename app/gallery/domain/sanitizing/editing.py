"""Replacing what was found in a text, so that markup, links, and merge tags keep working."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from app.gallery.domain.sanitizing import kinds
from app.gallery.domain.sanitizing.finding import Finding
from app.gallery.domain.sanitizing.places import FIXED, Place
from app.gallery.domain.sanitizing.regions import Query
from app.gallery.domain.sanitizing.view import Token
from app.workflows.domain.messages.liquid_texts import MAX_TAGS

IN_LINKS: Final = {
    kinds.EMAIL: kinds.EMAIL_PLACEHOLDER,
    kinds.PHONE: kinds.PHONE_PLACEHOLDER.replace(" ", ""),
}
AS_TAG_IN_LINKS: Final = (kinds.ACCOUNT_PHONE, *kinds.ACCOUNT_LINKS)
ANY_TAG: Final = re.compile(r"\{\{|\{%")


class Segment(NamedTuple):
    """A part of a text as shown in place. `key` is that of the finding, empty for a part that nothing was
    found in; `new` replaces it, None if it stays."""

    text: str
    key: str = ""
    new: str | None = None


class _Edit(NamedTuple):
    start: int
    end: int
    new: str | None
    key: str


def segments_of(
    place: Place, findings: Sequence[Finding], is_replaced: Callable[[Finding], bool]
) -> list[Segment]:
    """Return a text as segments, with what replaces each finding that is to be replaced."""
    segments = _segments(place, findings, is_replaced, short=False)
    result = text_of(segments)
    if (place.limit and len(result) > place.limit) or len(ANY_TAG.findall(result)) > MAX_TAGS:
        shorter = _segments(place, findings, is_replaced, short=True)
        return shorter if len(text_of(shorter)) < len(result) else segments
    return segments


def text_of(segments: Sequence[Segment]) -> str:
    """Return the text that results."""
    return "".join(one.text if one.new is None else one.new for one in segments)


def _segments(
    place: Place, findings: Sequence[Finding], is_replaced: Callable[[Finding], bool], *, short: bool
) -> list[Segment]:
    made, at = [], 0
    for edit in _edits(place, findings, is_replaced, short):
        if edit.start < at:
            continue
        if edit.start > at:
            made.append(Segment(place.text[at : edit.start]))
        made.append(Segment(place.text[edit.start : edit.end], edit.key, edit.new))
        at = edit.end
    return [*made, Segment(place.text[at:])] if at < len(place.text) or not made else made


def _edits(
    place: Place, findings: Sequence[Finding], is_replaced: Callable[[Finding], bool], short: bool
) -> list[_Edit]:
    edits: list[_Edit] = []
    removed: dict[Query, dict[int, str]] = {}
    for one in findings:
        query = one.region.query
        if not is_replaced(one):
            edits.append(_Edit(one.start, one.end, None, one.key))
        elif query is not None:
            removed.setdefault(query, {}).setdefault(one.region.parameter, one.key)
        else:
            new = _apart(one, place.text, _with_markup(one, _replacement(one, place, short)))
            edits.append(_Edit(one.start, one.end, new, one.key))
    removals = [edit for query, gone in removed.items() for edit in _removals(query, gone)]
    kept = [
        edit
        for edit in edits
        if not any(other.start < edit.end and edit.start < other.end for other in removals)
    ]
    return sorted([*kept, *removals])


def _replacement(one: Finding, place: Place, short: bool) -> str:
    kind, region = one.kind, one.region
    if place.mode in FIXED:
        return FIXED[place.mode]
    tag = f"{{{{ {kind.tag} }}}}" if kind.tag and place.takes_tags and region.mode != "literal" else ""
    if region.is_in_link:
        if tag and kind in AS_TAG_IN_LINKS:
            return tag
        if region.mode == "host" and kind not in IN_LINKS:
            return "example"
        return IN_LINKS.get(kind, kind.plain if kind in AS_TAG_IN_LINKS else kind.word)
    if place.mode == "word":
        return kind.word
    is_named = one.of_contact or kind.is_business or one.rank == "chosen"
    return tag if tag and is_named and not short else kind.plain


def _with_markup(one: Finding, new: str) -> str:
    """Return a replacement with the markup that was inside of what it replaces: what begins there in front,
    what ends there behind."""
    before: list[Token] = []
    after: list[Token] = []
    for token in one.region.view.tokens_in(one.start, one.end):
        if not token.is_open:
            after.append(token)
        elif after and after[-1].text == token.text:
            after.pop()  # it ends and begins again
        else:
            before.append(token)
    return "".join(token.text for token in before) + new + "".join(token.text for token in after)


def _apart(one: Finding, text: str, new: str) -> str:
    """Return a replacement with spaces between its braces and single ones around it, with which they would
    be no merge tag."""
    if not new.startswith("{{") or not text[: one.start].endswith("{"):
        return new
    return f" {new} " if text[one.end :].startswith("}") else f" {new}"


def _removals(query: Query, gone: dict[int, str]) -> Iterator[_Edit]:
    """Yield what removes some parameters of a link, with the signs that separate them."""
    stays = [number for number in range(len(query.parameters)) if number not in gone]
    for number, key in gone.items():
        start, end = query.parameters[number]
        if not stays or stays[0] < number:
            start = query.start if number == 0 else query.parameters[number - 1][1]
        else:
            end = query.parameters[number + 1][0]
        yield _Edit(start, end, "", key)
