"""Questions about consent that the user must answer before a file can be used.

There are two kinds: whether a column says who may be contacted, and what a value in such a column means. They
are derived from the columns of each file; earlier answers only apply to the same values.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from app.files.domain.cells.profile import ColumnProfile, FileProfile, shown
from app.files.domain.consent.cells import ANSWERS, BLANK, NOTE, answered, blank_key, consent_of, word_key
from app.files.domain.consent.columns import (
    ANSWERS_OF_COLUMNS,
    CONSENT_FIELDS,
    Judgement,
    blank_cells,
    judge_columns,
)
from app.files.domain.consent.outside import NAMES, question_about
from app.platform.text.words import counted

NOT_CONSENT: Final = "no"
_NO: Final = frozenset(("unsubscribed", "bounced", "blocked"))
_FEW_WORDS: Final = 20  # distinct values of a column that may contain yes and no
_SHOWN: Final = 12


@dataclass(frozen=True)
class ConsentAnswers:
    """The user's answers: `not_consent` are positions of columns that are not about consent, `words` is {word
    key: "yes", "no", or "leave-out"}."""

    not_consent: frozenset[int] = frozenset()
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class WordCount:
    """A value as kept in the profile, and its number of rows."""

    text: str
    count: int

    @property
    def shown(self) -> str:
        return shown(self.text)


@dataclass(frozen=True)
class ColumnQuestion:
    """Does this column say who may be contacted?

    `words` are its most frequent values, `others` is the number of further ones; `suggested` is the likely
    field. `answer` is the consent field it is matched to, "no" if the user said it is about something else,
    or empty while the question is open. `is_taken`: its values leave no doubt, so it is asked about only if
    it is not used.
    """

    index: int
    name: str
    words: Sequence[WordCount]
    others: int
    suggested: str
    answer: str
    is_taken: bool

    @property
    def is_open(self) -> bool:
        return not self.answer

    @property
    def special(self) -> str | None:
        """The question about information outside the file's columns; None for an ordinary column."""
        return question_about(self.name, self.words[0].shown if self.words else "")

    @property
    def sentence(self) -> str:
        return self.special or f"Does “{self.name}” say who may be contacted?"


@dataclass(frozen=True)
class WordQuestion:
    """What does this value mean?

    `columns` are the names of the columns that contain it; `answer` is the user's. Unless `is_open`, an
    answer is optional, because the value leaves people out anyway. `text` is empty for the question about
    blank cells, in a column of `rows` rows without a no.
    """

    key: str
    text: str
    count: int
    columns: Sequence[str]
    answer: str
    is_open: bool
    rows: int = 0

    @property
    def is_blank(self) -> bool:
        return not self.text

    @property
    def shown(self) -> str:
        return shown(self.text) or "(blank)"

    @property
    def sentence(self) -> str:
        """The question about blank cells."""
        verb = "is" if self.count == 1 else "are"
        return (
            f"{self.count:,} of {self.rows:,} cells in “{self.columns[0]}” {verb} blank, and no other "
            "cell says no. What does blank mean?"
        )


@dataclass(frozen=True)
class ConsentQuestions:
    """All questions, answered or not. `unlisted` is {column name: number of cells with too many values to
    list}, whose rows are left out."""

    columns: Sequence[ColumnQuestion]
    words: Sequence[WordQuestion]
    unlisted: Mapping[str, int]

    @property
    def open_columns(self) -> list[ColumnQuestion]:
        return [question for question in self.columns if question.is_open]

    @property
    def open_words(self) -> list[WordQuestion]:
        return [question for question in self.words if question.is_open]

    @property
    def is_open(self) -> bool:
        return bool(self.open_columns or self.open_words)

    @property
    def sentence(self) -> str:
        """What is still to be answered, in one sentence; empty if nothing is."""
        if columns := self.open_columns:
            names = _listing([f"“{question.name}”" for question in columns])
            start = "Does this column say" if len(columns) == 1 else "Does one of these columns say"
            return f"{start} who may be contacted? {names}."
        if words := [word for word in self.open_words if not word.is_blank]:
            listed = [f"“{word.shown}” ({counted(word.count, 'row')})" for word in words]
            return f"Choose what these values mean: {_listing(listed)}."
        return self.open_words[0].sentence if self.open_words else ""

    def counted_with(self, words: Mapping[str, str]) -> dict[str, str]:
        """Return `words`, extended so that blank cells with an open question are left out."""
        return {word.key: "leave-out" for word in self.open_words if word.is_blank} | dict(words)

    def answered_alike(self, answer: str) -> dict[str, str]:
        """Return one answer for all open values; for blank cells only if the answer leaves them out."""
        return {word.key: answer for word in self.open_words if answer == "leave-out" or not word.is_blank}


def consent_questions(
    names: Sequence[str],
    has_header: bool,
    profile: FileProfile,
    mapping: Mapping[int, str],
    answers: ConsentAnswers,
    doubtful: Collection[int] = (),
) -> ConsentQuestions:
    """Return the questions about a file with columns `names` and the given mapping {position: field}. For
    `doubtful` columns the mapping does not answer the question."""
    judged = judge_columns([name if has_header or name in NAMES else None for name in names], profile)
    columns = [
        ColumnQuestion(
            index=at,
            name=names[at],
            words=_most_frequent(profile.columns[at]),
            others=max(0, len(profile.columns[at].values) - _SHOWN),
            suggested=judgement.field or judgement.suggested,
            answer=_answer(mapping.get(at), at in answers.not_consent),
            is_taken=judgement.field is not None,
        )
        for at, judgement in enumerate(judged)
        if _is_asked(judgement, None if at in doubtful else mapping.get(at))
    ]
    used = [(at, mapped) for at, mapped in mapping.items() if mapped in CONSENT_FIELDS and at < len(judged)]
    unlisted = {
        names[at]: profile.columns[at].others
        for at, mapped in used
        if mapped != NOTE and profile.columns[at].others > 0
    }
    return ConsentQuestions(columns, _words(names, profile, used, answers), unlisted)


def remembered(
    names: Sequence[str], profile: FileProfile, answers: ConsentAnswers, matched: Collection[int] = ()
) -> dict[str, Any]:
    """Return the answers to store for the next file with these headers, as JSON values.

    For each column that is not about consent, or is `matched` to another field, its values are stored too.
    """
    return {
        "matched": {
            names[at]: sorted(_keys(profile.columns[at]))
            for at in sorted(matched)
            if at < len(names) and len(profile.columns[at].values) <= _FEW_WORDS
        },
        "columns": {
            names[at]: sorted(_keys(profile.columns[at]))
            for at in sorted(answers.not_consent)
            if at < len(names)
        },
        "words": {
            key: said for key, said in answers.words.items() if said in ANSWERS and not key.startswith(BLANK)
        },
        "blank": {
            name: said
            for at, name in enumerate(names)
            if (said := answers.words.get(blank_key(at))) in ANSWERS
        },
    }


def recalled(kept: Mapping[str, Any], names: Sequence[str], profile: FileProfile) -> ConsentAnswers:
    """Return the stored answers that apply to this file: those about values and blank cells, and those about
    columns that have no new values."""
    known: Mapping[str, Sequence[str]] = kept.get("columns", {})
    same = [
        at
        for at, name in enumerate(names)
        if name in known
        and not profile.columns[at].overflowed
        and _keys(profile.columns[at]) <= set(known[name])
    ]
    blank: Mapping[str, str] = kept.get("blank", {})
    of_blank = {blank_key(at): blank[name] for at, name in enumerate(names) if name in blank}
    return ConsentAnswers(frozenset(same), {**kept.get("words", {}), **of_blank})


def doubtful_matches(
    kept: Mapping[str, Any], names: Sequence[str], profile: FileProfile, matched: Collection[int]
) -> frozenset[int]:
    """Return those of the remembered column matches whose columns have new values."""
    known: Mapping[str, Sequence[str]] = kept.get("matched", {})
    return frozenset(at for at in matched if not _keys(profile.columns[at]) <= set(known.get(names[at], ())))


def _is_asked(judgement: Judgement, mapped: str | None) -> bool:
    """Return whether to ask. A column that may yield is settled by a match to another field."""
    is_settled = judgement.may_yield and mapped is not None and mapped not in CONSENT_FIELDS
    return not is_settled and (judgement.asks or judgement.field is not None)


def _answer(mapped: str | None, is_denied: bool) -> str:
    return str(mapped) if mapped in ANSWERS_OF_COLUMNS else NOT_CONSENT if is_denied else ""


def _words(
    names: Sequence[str],
    profile: FileProfile,
    used: Sequence[tuple[int, str]],
    answers: ConsentAnswers,
) -> list[WordQuestion]:
    """Return the values of consent columns that are neither yes nor no: open ones first, then by number of
    rows."""
    found: dict[str, WordQuestion] = {}
    for at, mapped in used:
        for text, count in profile.columns[at].values.items():
            if consent_of(text, mapped) not in ("asked", "left_out"):
                continue
            key = word_key(text)
            earlier = found.get(key)
            is_open = answered(text, mapped, answers.words) == "asked" or (
                earlier is not None and earlier.is_open
            )
            found[key] = WordQuestion(
                key,
                earlier.text if earlier else text,
                count + (earlier.count if earlier else 0),
                list(dict.fromkeys([*(earlier.columns if earlier else ()), names[at]])),
                answers.words.get(key, "leave-out" if not is_open else ""),
                is_open,
            )
    blank = [
        question
        for at, mapped in used
        if mapped == "consent"
        and names[at] not in NAMES
        and (question := _of_blank(at, names[at], profile, answers.words))
    ]
    return sorted([*found.values(), *blank], key=lambda word: (not word.is_open, -word.count, word.key))


def _of_blank(at: int, name: str, profile: FileProfile, answers: Mapping[str, str]) -> WordQuestion | None:
    """Return the question about blank cells of a column in which nothing else says no: an unticked box is
    exported as a blank."""
    column = profile.columns[at]
    said = {answered(text, "consent", answers) for text in column.values}
    known = {consent_of(text) for text in column.values}
    count = blank_cells(column, profile.rows)
    if not count or said.isdisjoint(("yes", "asked")) or not _NO.isdisjoint(said) or "left_out" in known:
        return None
    answer = answers.get(blank_key(at), "")
    is_open = answer not in ANSWERS
    return WordQuestion(
        blank_key(at), "", count, [name], "" if is_open else answer, is_open, rows=profile.rows
    )


def _most_frequent(column: ColumnProfile) -> list[WordCount]:
    ordered = sorted(column.values.items(), key=lambda item: -item[1])
    return [WordCount(text, count) for text, count in ordered[:_SHOWN]]


def _keys(column: ColumnProfile) -> set[str]:
    return {word_key(text) for text in column.values}


def _listing(parts: Sequence[str]) -> str:
    shown = ", ".join(parts[:_SHOWN])
    return f"{shown} and {len(parts) - _SHOWN:,} more" if len(parts) > _SHOWN else shown
