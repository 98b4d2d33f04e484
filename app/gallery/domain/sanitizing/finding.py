"""What is found in a text: values of contacts, other addresses and numbers, and details of the business."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from app.gallery.domain.sanitizing import kinds
from app.gallery.domain.sanitizing.addresses import dates_in, emails_in, phones_in
from app.gallery.domain.sanitizing.kinds import Kind
from app.gallery.domain.sanitizing.known import Business, Known
from app.gallery.domain.sanitizing.names import has_capitals, is_common, is_doubtful, name_pairs, single_names
from app.gallery.domain.sanitizing.places import FIXED, Place
from app.gallery.domain.sanitizing.regions import Region, business_links, names_person, regions_of
from app.gallery.domain.sanitizing.view import BREAK
from app.gallery.domain.sanitizing.words import Phrases, Word, phrase_of, words_of
from app.platform.addresses import phone_key

RANKS: Final = ("chosen", "address", "business", "full_name", "value", "name", "possible", "part")


@dataclass(frozen=True, slots=True)
class Finding:
    """A part of a text, from `start` to `end`. `key` is the same wherever the value is found; `shown` is how
    it is written there. `is_certain`: it is replaced unless the user keeps it. `rank` decides between
    findings that overlap."""

    kind: Kind
    key: str
    shown: str
    start: int
    end: int
    region: Region
    rank: str
    of_contact: bool = False
    is_certain: bool = True


class Meaning(NamedTuple):
    """What a phrase is; `exactly` is how a single word must be written, empty if in any way."""

    kind: Kind
    rank: str
    exactly: str = ""


@dataclass(frozen=True)
class Wanted:
    """What is searched for. `chosen` is {words: kind}: texts that the user wants to be replaced."""

    known: Known
    business: Business
    chosen: Mapping[tuple[str, ...], Kind] = field(default_factory=dict)

    def meanings(self) -> dict[tuple[str, ...], Meaning]:
        """Return {phrase: what it is}; of two meanings, the later one counts."""
        known, business = self.known, self.business
        found = {phrase_of(name): Meaning(kinds.CITY, "possible") for name in known.cities}
        for value, key in known.custom.items():
            found[phrase_of(value)] = Meaning(kinds.custom_kind(key), "value")
        found |= {phrase_of(name): Meaning(kinds.COMPANY, "value") for name in known.companies}
        for text in _address_parts(business.postal_address):
            found[phrase_of(text)] = Meaning(kinds.ACCOUNT_ADDRESS, "business")
        if name := phrase_of(business.name):
            exactly = business.name if len(name) == 1 else ""
            found[name] = Meaning(kinds.ACCOUNT_NAME, "business", exactly)
        return found | {words: Meaning(kind, "chosen") for words, kind in self.chosen.items()}


class Finder:
    """Finds what is wanted in one text after the other."""

    def __init__(self, wanted: Wanted) -> None:
        self._known, self._business = wanted.known, wanted.business
        self._meanings = wanted.meanings()
        self._phrases = Phrases(self._meanings)
        phone = phone_key(wanted.business.phone, wanted.business.country or None)
        self._shared = {key_of_words(name) for name in wanted.known.shared_companies}
        self._phone = phone if isinstance(phone, str) else ""

    def findings_in(self, place: Place) -> list[Finding]:
        """Return what is found in a text, in order and without overlaps."""
        found: list[Finding] = []
        for region in regions_of(place.text, is_link=place.mode == "link"):
            if place.mode == "sender":
                found = [_whole(kinds.SENDER, place.text, place, region)]
            elif place.mode in FIXED:
                found += self._fixed(place, region)
            else:
                found += self._in_region(place, region)
        return _without_overlaps(found)

    def _fixed(self, place: Place, region: Region) -> Iterator[Finding]:
        """Yield what the date or number of a condition is. Many contacts may have a date, but birthdays are
        those of few."""
        known, text = self._known, place.text
        meaning = self._meanings.get(phrase_of(text))
        if meaning and meaning.rank == "chosen":
            yield _whole(meaning.kind, key_of_words(text), place, region)
        elif day := next(
            (day for one in dates_in(region) for day in one.days if day in known.birthdays), None
        ):
            yield _whole(kinds.BIRTHDAY, day.isoformat(), place, region, of_contact=True)
        elif phone := self._known_phone(region):
            yield _whole(kinds.PHONE, phone, place, region, of_contact=True)
        elif field := known.custom.get(text) or known.fixed.get(text):
            is_certain = place.mode != "date"
            kind = kinds.custom_kind(field)
            yield _whole(kind, text, place, region, of_contact=True, is_certain=is_certain)
        elif place.mode == "number" and (phone := self._likely_phone(region)):
            kind = kinds.ACCOUNT_PHONE if phone == self._phone else kinds.PHONE
            # Digits alone may be an amount.
            yield _whole(kind, phone, place, region, is_certain=text.startswith(("0", "+")))

    def _likely_phone(self, region: Region) -> str:
        found = phones_in(region, self._business.country)
        keys = (self._phone if self._phone in one.keys else one.keys[0] for one in found if one.is_number)
        return next(keys, "")

    def _known_phone(self, region: Region) -> str:
        keys = (key for one in phones_in(region, self._business.country) for key in one.keys)
        return next((key for key in keys if key in self._known.phones), "")

    def _in_region(self, place: Place, region: Region) -> Iterator[Finding]:
        yield from self._addresses(region)
        splits = place.mode == "text"
        links = self._business.links if place.takes_tags else {}
        for link in business_links(place.text, region, links, splits=splits):
            kind = kinds.KINDS[f"account.{link.name}"]
            shown = place.text[link.start : link.end]
            yield Finding(kind, kind.name, shown, link.start, link.end, region, "business")
        words = words_of(region)
        yield from self._values(region, words)
        yield from self._names(region, words)
        if names_person(region):
            text = region.view.plain
            yield Finding(kinds.LINK_PART, text.lower(), text, region.start, region.end, region, "part")

    def _addresses(self, region: Region) -> Iterator[Finding]:
        view = region.view
        for mail in emails_in(region):
            is_known = mail.key in self._known.emails
            if is_known or not mail.is_loose:
                yield _plain(region, kinds.EMAIL, mail.key, mail.start, mail.end, of_contact=is_known)
        for phone in phones_in(region, self._business.country):
            known = next((key for key in phone.keys if key in self._known.phones), "")
            if self._phone and self._phone in phone.keys:
                yield _plain(region, kinds.ACCOUNT_PHONE, self._phone, phone.start, phone.end)
            elif known or phone.is_number:
                key = known or phone.keys[0]
                yield _plain(region, kinds.PHONE, key, phone.start, phone.end, of_contact=bool(known))
        for found in dates_in(region):
            if day := next((day for day in found.days if day in self._known.birthdays), None):
                start, end = view.plain_span(found.start, found.end)
                shown = view.plain[found.start : found.end]
                yield Finding(kinds.BIRTHDAY, day.isoformat(), shown, start, end, region, "value", True)

    def _values(self, region: Region, words: Sequence[Word]) -> Iterator[Finding]:
        for phrase, run in self._phrases.found_in(words):
            meaning = self._meanings[phrase]
            shown = _written(region, run)
            if BREAK in shown:
                continue
            is_business = meaning.kind.is_business
            if (meaning.exactly and shown != meaning.exactly) or (is_business and region.is_in_link):
                continue
            is_ordinary = is_common(run) and not (len(phrase) > 1 and has_capitals(shown))
            is_doubted = is_ordinary or (meaning.kind is kinds.COMPANY and self._is_doubtful(region, run))
            is_certain = meaning.rank == "chosen" or (meaning.rank != "possible" and not is_doubted)
            rank = meaning.rank if is_certain else "possible"
            of_contact = not is_business and meaning.rank != "chosen"
            yield _words(region, meaning.kind, run, rank, of_contact=of_contact, is_certain=is_certain)

    def _is_doubtful(self, region: Region, run: Sequence[Word]) -> bool:
        """Return whether the name of a company may be something else: the site of a service, or a word."""
        if region.mode == "host" or len(run) > 1:
            return region.mode == "host"
        shown = _written(region, run)
        return shown.islower() or run[0].text in self._shared

    def _names(self, region: Region, words: Sequence[Word]) -> Iterator[Finding]:
        known = self._known
        for pair in name_pairs(words, known.first_names, known.last_names):
            if (pair.first, pair.last) in known.pairs:
                is_certain = not is_common(pair.run) or has_capitals(_written(region, pair.run))
                rank = "full_name" if is_certain else "possible"
                yield _words(region, kinds.FULL_NAME, pair.run, rank, is_certain=is_certain)
        for single in single_names(words, known.first_names, known.last_names):
            kind = kinds.FIRST_NAME if single.is_first else kinds.LAST_NAME
            is_certain = not is_doubtful(single.run, _written(region, single.run)) and region.mode != "host"
            rank = "name" if is_certain else "possible"
            yield _words(region, kind, single.run, rank, is_certain=is_certain)


def key_of_words(text: str) -> str:
    """Return the key of a finding that consists of words."""
    return " ".join(phrase_of(text))


def _words(
    region: Region, kind: Kind, run: Sequence[Word], rank: str, *, is_certain: bool, of_contact: bool = True
) -> Finding:
    start, end = region.view.folded_span(run[0].start, run[-1].end)
    key = " ".join(word.text for word in run)
    return Finding(kind, key, _written(region, run), start, end, region, rank, of_contact, is_certain)


def _plain(
    region: Region, kind: Kind, key: str, start: int, end: int, *, of_contact: bool = False
) -> Finding:
    first, last = region.view.plain_span(start, end)
    return Finding(kind, key, region.view.plain[start:end], first, last, region, "address", of_contact)


def _whole(
    kind: Kind, key: str, place: Place, region: Region, *, of_contact: bool = False, is_certain: bool = True
) -> Finding:
    rank, size = "address" if is_certain else "possible", len(place.text)
    return Finding(kind, key, place.text, 0, size, region, rank, of_contact, is_certain)


def _written(region: Region, run: Sequence[Word]) -> str:
    return region.view.as_written(run[0].start, run[-1].end)


def _address_parts(address: str) -> Iterator[str]:
    """Yield the whole postal address, and its lines that have a number, such as the street."""
    lines = address.splitlines()
    yield from (line for line in lines if len(phrase_of(line)) > 1 and any(map(str.isdigit, line)))
    if len(phrase_of(address)) > 1:
        yield address


def _without_overlaps(found: Sequence[Finding]) -> list[Finding]:
    kept: list[Finding] = []
    starts: list[int] = []
    for one in sorted(found, key=_order):
        at = bisect_right(starts, one.start)
        is_free_before = at == 0 or kept[at - 1].end <= one.start
        if is_free_before and (at == len(kept) or one.end <= kept[at].start):
            starts.insert(at, one.start)
            kept.insert(at, one)
    return kept


def _order(one: Finding) -> tuple[int, int, int]:
    return RANKS.index(one.rank), one.start - one.end, one.start
