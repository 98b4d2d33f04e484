"""Detection of columns about consent, by their cells over the whole file and by their names.

A column whose values leave no doubt is used. A column that may be about consent is asked about, because
ignoring it silently would contact people who said no.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.files.domain.cells.profile import ColumnProfile, FileProfile
from app.files.domain.consent.cells import (
    CLEAR,
    NOTE,
    Kind,
    consent_of,
    is_clear,
    is_listed,
    kind_of,
    takes_away,
)
from app.files.domain.consent.header_asides import holds_refusers
from app.files.domain.consent.headers import About, about, says_gone, says_opt_out
from app.files.domain.consent.outside import BEYOND, FILE, NAMES, SECTION, SHEET
from app.files.domain.consent.withholding import SMS_CONSENT
from app.files.domain.headers.words import meaning_of, normalised

CONSENT_FIELDS: Final = ("consent", "opt_out", "bounced", NOTE, "channel_consent", "channel_opt_out")
ANSWERS_OF_COLUMNS: Final = (*CONSENT_FIELDS, SMS_CONSENT)
"""The fields that answer the question whether a column is about consent."""
_ROLES: Final = ("consent", "opt_out", "bounced")  # roles that a name can have
_MOST_WORDS: Final = 20  # distinct values of an unfamiliar column; one with more holds notes
_BLANKS: Final = 3  # spaces in a text that is more than a term
_PLAIN: Final = frozenset(("plain_yes", "plain_no"))
_ANSWERS: Final = _PLAIN | {"yes", "clear_yes", "no"}
_DOUBTFUL: Final = frozenset(("clear_yes", "no", "bounced", "blocked", "left_out", "asked"))
_NAMES: Final = ("first_name", "last_name", "full_name", "name", "company", "city", "country")
_REMARKED: Final = ("first_name", "last_name", "full_name", "name", "company")
# Words that negate a name about consent: "No consent", "Subscription canceled", "Keine Einwilligung".
_NEGATED: Final = re.compile(
    r"(?<!\w)(?:no|not|non|un(?!i)\w+|without|never|longer|denied|declined|disabled|expired|prohibited|off|doesn|don"
    r"|kein\w*|nicht|nie|ohne|sans|pas|ne|sin|senza|sem|nao|geen|niet|zonder|bez|brak|ej|inte|ikke|ei|нет|не|без)(?!\w)"
    r"|(?<!\w)(?:cancel|stop|end(?!or)|remov|refus|revok|withdr|gekundigt|abgelehnt|widerruf|rechaz|revoc|отказ|отмен)"
)
_TRACES: Final = re.compile(
    r"(?<!\w)(?:sources?|methods?|mode|forms?|channels?|campaigns?|reasons?|user|via|quelle|herkunft|formular|grund"
    r"|methode|kanal|kampagne|raison|motif|origine|canal|campagne|motivo|origen|fuente|metodo|campana|fonte|canale"
    r"|campagna|origem|campanha|reden|bron|kanaal|powod|zrodlo|kampania)(?!\w)"
    r"|(?:quelle|formular)(?!\w)"
)
_TURNED_ROUND: Final = re.compile(
    r"(?<!\w)(?:inactive|archived|deleted|disabled|removed|inaktiv|geloscht|archiviert|gekundigt)(?!\w)"
    r"|(?<!\w)(?:deactiv|deaktiv|desactiv|disattiv|cancel)"
)


@dataclass(frozen=True)
class Judgement:
    """Verdict on a column.

    `field` is set if it is used as one of CONSENT_FIELDS; otherwise `asks` says whether the user must decide,
    and `suggested` is the likely field. `may_yield`: only its yes and no suggest consent, so it is not asked
    about once it is matched to another field.
    """

    field: str | None = None
    asks: bool = False
    suggested: str = "consent"
    may_yield: bool = False


NOTHING: Final = Judgement()


def judge_columns(header: Sequence[str | None] | None, profile: FileProfile) -> list[Judgement]:
    """Judge all columns. `header` holds their names; None for a file without a header, or for a single
    column."""
    names = header if header is not None else [None] * len(profile.columns)
    judged = [judge(name, column, profile.rows) for name, column in zip(names, profile.columns, strict=False)]
    if any(
        one.field and _says_no(one.field, column)
        for one, column in zip(judged, profile.columns, strict=False)
    ):
        # A file that distinguishes its rows need not be asked about as a whole.
        judged = [NOTHING if name in (FILE, SHEET) else one for name, one in zip(names, judged, strict=False)]
    is_said = any(
        (one.field or (one.asks and not one.may_yield)) and name not in NAMES
        for name, one in zip(names, judged, strict=False)
    )
    if is_said:
        # Consent to another channel only counts if the file says nothing about email.
        return [
            _channel(name, profile.columns[at]) if name is not None and about(name) == "channel" else one
            for at, (name, one) in enumerate(zip(names, judged, strict=False))
        ]
    dated = [at for at, name in enumerate(names) if about(name or "") == "consent" and judged[at] == NOTHING]
    blank = [blank_cells(profile.columns[at], profile.rows) for at in dated]
    if all(blank):
        # Without another consent column, a person without a date of consent may have said no.
        return [
            Judgement("consent") if at in dated and profile.columns[at].filled else one
            for at, one in enumerate(judged)
        ]
    return judged


def _channel(name: str, column: ColumnProfile) -> Judgement:
    """Judge a column about SMS, mail, or calls next to one about email.

    A person who never agreed to a channel said nothing about email; one who said stop, or is not to be
    contacted, may not want to hear from anyone.
    """
    said = {kind_of(text) for text in column.values}
    is_opt_out = says_opt_out(name)
    if any(map(takes_away, column.values)) or (is_opt_out and not said.isdisjoint(("plain_yes", "date"))):
        return Judgement(asks=True, suggested="channel_opt_out" if is_opt_out else "channel_consent")
    return NOTHING


def blank_cells(column: ColumnProfile, rows: int) -> int:
    """Return how many cells of a column are blank or hold a word for nothing."""
    return rows - column.filled + sum(count for text, count in column.values.items() if kind_of(text) is None)


def by_words(header: Sequence[str] | None) -> list[int]:
    """Return the columns whose values are kept by words even if there are many, according to their names."""
    roles = (*_ROLES, "status", "channel")
    return [at for at, name in enumerate(header or ()) if about(name) in roles or _is_trace(name)]


def judge(name: str | None, column: ColumnProfile, rows: int) -> Judgement:
    """Judge a column by itself, in a file of `rows` rows."""
    role = about(name) if name is not None else None
    kinds: dict[str, Kind] = {text: kind for text in column.values if (kind := kind_of(text)) is not None}
    if role != "consent" or set(kinds.values()) == {"none"}:
        kinds = {text: kind for text, kind in kinds.items() if kind != "none"}
    if name is not None and column.filled and holds_refusers(name):
        return Judgement(asks=True, suggested="opt_out")
    if not kinds:
        # Addresses, which profiles do not keep, in a column named "Unsubscribed".
        is_against = role in ("opt_out", "bounced") and column.others > 0
        return Judgement(asks=True, suggested=str(role)) if is_against else NOTHING
    if name in NAMES and name != BEYOND:
        return _outside(name or "", kinds, is_everywhere=len(kinds) == 1 and column.filled >= rows)
    if role in _ROLES:
        return _named(name or "", role, kinds)
    if name is not None and _is_trace(name) and set(kinds.values()) != {"plain_no"}:
        return Judgement(asks=True, suggested="opt_out")
    if name is not None and says_gone(name) and set(kinds.values()) != {"plain_no"}:
        return Judgement(asks=True, suggested="opt_out")
    if clear := sum(is_clear(text) for text in kinds):
        return _clear(name, role, kinds, clear, column.overflowed)
    if column.overflowed:
        return NOTHING
    if role == "status":
        return _status(name or "", kinds)
    if role == "perhaps_status":
        return Judgement(asks=any(kind not in _PLAIN and is_listed(text) for text, kind in kinds.items()))
    if role == "other" and not (name and _is_address(name)):
        return NOTHING
    return _unfamiliar(name, role, kinds, is_full=column.filled >= rows)


def _named(name: str, role: str, kinds: dict[str, Kind]) -> Judgement:
    """Judge a column whose name is about consent: it is used if at least one value is understood.

    Dates of consent say nothing about who said no. If the name itself contains a negation, the user is
    asked.
    """
    if role == "consent" and _NEGATED.search(normalised(name)):
        return Judgement(asks=True, suggested="opt_out")
    if role == "consent" and set(kinds.values()) == {"date"}:
        return NOTHING
    understood = any(
        kind == "plain_no" or consent_of(text, role) not in (None, "asked", "left_out")
        for text, kind in kinds.items()
    )
    return Judgement(role) if understood else Judgement(asks=True, suggested=role)


def _clear(
    name: str | None, role: About | None, kinds: dict[str, Kind], clear: int, overflowed: bool
) -> Judgement:
    """Judge a column with some values that can only be about consent.

    It is used if most values are understood; in notes only the clear ones count. A person's name can be such
    a word by accident.
    """
    meaning = meaning_of(name) if name is not None else None
    may_be_names = meaning is not None and meaning[0] in _NAMES
    if CLEAR.isdisjoint(kinds.values()):
        if meaning is not None and meaning[0] == "email":
            return NOTHING  # "no email" in place of an address
        may_be_names = may_be_names or name is None
    if may_be_names and clear * 3 < len(kinds):
        return NOTHING
    if overflowed and meaning is not None and meaning[0] in _REMARKED:
        return NOTHING  # names: text next to them is found as remarks, row by row
    if role not in ("status", "perhaps_status") and _are_notes(kinds, overflowed):
        # A few short texts may be terms for who may be contacted.
        is_free_text = len(kinds) > _MOST_WORDS or any(text.count(" ") >= _BLANKS for text in kinds)
        is_taken = meaning is None and (overflowed or is_free_text)
        return Judgement(NOTE) if is_taken else Judgement(asks=True, suggested=NOTE)
    understood = sum(kind not in ("asked", "unknown", "number") for kind in kinds.values())
    # Yes and no next to them may belong to a column of opt-outs whose header row was read as a contact.
    is_plain = role is None and not _PLAIN.isdisjoint(kinds.values())
    is_taken = (
        role in (None, "status", "perhaps_status")
        and not (overflowed or is_plain)
        and understood * 2 >= len(kinds)
    )
    return Judgement("consent") if is_taken else Judgement(asks=True)


def _are_notes(kinds: dict[str, Kind], overflowed: bool) -> bool:
    """Return whether, besides a clear no, the values are texts about other things and no yes."""
    others = {kind for text, kind in kinds.items() if not is_clear(text)}
    return others <= {"unknown", "date", "number", "no", "none"} and (overflowed or "unknown" in others)


def _status(name: str, kinds: dict[str, Kind]) -> Judgement:
    found = set(kinds.values())
    if _TURNED_ROUND.search(normalised(name)) and found <= {*_PLAIN, "date"}:
        return Judgement(asks=found != {"plain_no"}, suggested="opt_out")
    if found <= {"date", "number"}:
        return NOTHING
    if "clear_yes" in found:
        return Judgement("consent")
    return Judgement(asks=not found <= {"yes", "clear_yes", "plain_yes"})


def _unfamiliar(name: str | None, role: About | None, kinds: dict[str, Kind], is_full: bool) -> Judgement:
    """Judge a column whose name says nothing: its yes and no may be about anything and are asked about
    once."""
    found = set(kinds.values())
    if found <= _PLAIN:
        is_one_number = len(kinds) == 1 and all(text.isdigit() for text in kinds)
        says_nothing = is_full and (found == {"plain_yes"} or is_one_number)
        return NOTHING if says_nothing else Judgement(asks=True, may_yield=True)
    if len(kinds) > _MOST_WORDS or "number" in found:
        return NOTHING
    if found >= _PLAIN:
        plain = sum(kind in _PLAIN for kind in kinds.values())
        return Judgement(asks=plain * 2 >= len(kinds), may_yield=True)
    answers = [text for text, kind in kinds.items() if kind in _ANSWERS and len(text) > 1]
    if not {kinds[text] for text in answers}.isdisjoint(_PLAIN) and len(answers) < len(kinds):
        # "Ja", "Liever niet": a no is not always a known word.
        is_said = "?" in (name or "") or any(
            " " in text for text, kind in kinds.items() if kind not in _PLAIN
        )
        return Judgement(asks=is_said and len(answers) * 2 >= len(kinds), may_yield=True)
    if found <= _ANSWERS and {"no"} < found:
        return Judgement(asks=True, may_yield=True)
    listed = [kind for text, kind in kinds.items() if kind not in _PLAIN and is_listed(text)]
    is_likely = len(listed) * 2 >= len(kinds) and not _DOUBTFUL.isdisjoint(listed)
    return Judgement(asks=is_likely, may_yield=role is None)


def _is_trace(name: str) -> bool:
    """Return whether the name is a detail of opting out, such as "Unsubscribe source", filled for those who
    did."""
    return bool(_TRACES.search(normalised(name))) and about(name) == "other" and says_opt_out(name)


def _says_no(field: str, column: ColumnProfile) -> bool:
    return any(consent_of(text, field) in ("unsubscribed", "bounced", "blocked") for text in column.values)


def _outside(name: str, kinds: dict[str, Kind], is_everywhere: bool) -> Judgement:
    """Judge a column of `Outside`, which only exists because it may speak against contacting.

    What applies to the whole file is asked about, because a list of people who said no is uploaded for a
    reason.
    """
    if name in (FILE, SHEET) or (name == SECTION and is_everywhere):
        is_against = not {"yes", "clear_yes"}.issuperset(kinds.values())
        return Judgement(asks=is_against)
    if any(map(is_clear, kinds)):
        return Judgement("consent")
    return Judgement(asks=True)


def _is_address(name: str) -> bool:
    """Return whether the name means email; if such a column contains yes and no, they say who may be
    emailed."""
    meaning = meaning_of(name)
    return meaning is not None and meaning[0] == "email"
