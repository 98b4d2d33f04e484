"""What a person has to say about consent before anything can be started from a file.

Two kinds of questions: whether a column says who may be contacted, and what a word in such a column means.
They are judged anew for every file, from what its columns hold; earlier answers hold for the same words only.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from app.files.domain.cells.profile import ColumnProfile, FileProfile, shown
from app.files.domain.consent.cells import ANSWERS, BLANK, NOTE, answered, blank_key, consent_of, word_key
from app.files.domain.consent.columns import CONSENT_FIELDS, Judgement, blank_cells, judge_columns
from app.files.domain.consent.outside import NAMES, question_about
from app.platform.words import counted

NOT_CONSENT: Final = "no"
_NO: Final = frozenset(("unsubscribed", "bounced", "blocked"))
_FEW_WORDS: Final = 20  # of a column that may hold yes and no
_SHOWN: Final = 12


@dataclass(frozen=True)
class ConsentAnswers:
    """What a person said: `not_consent` are positions of columns that are not about consent, `words` is
    {word key: "yes", "no" or "leave-out"}."""

    not_consent: frozenset[int] = frozenset()
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class WordCount:
    """A cell as its profile keeps it, and in how many rows."""

    text: str
    count: int

    @property
    def shown(self) -> str:
        return shown(self.text)


@dataclass(frozen=True)
class ColumnQuestion:
    """Does this column say who may be contacted? `words` are its most frequent cells, `others` counts the
    rest; `suggested` is the field that is likely. `answer` is the kind of consent that it is matched to, "no"
    where a person said that it is about something else, empty as long as the question `is_open`. `is_taken`:
    its words leave no doubt, so it is asked about only when it is not used."""

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
        """The question about something that is no column of the file; None for a column."""
        return question_about(self.name, self.words[0].shown if self.words else "")


@dataclass(frozen=True)
class WordQuestion:
    """What does this word mean? `columns` are the names of those that hold it, `answer` what was said;
    `is_open` where it is needed: of a word that leaves people out anyhow it may be changed. `text` is empty
    where the question is what blank cells mean, in a column that says nothing but yes, of `rows` rows."""

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
    """All there is to ask, answered or not. `unlisted` is {column name: cells that are too many to list},
    which are left out."""

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
        """What is still to be said, in one sentence; empty when nothing is."""
        if columns := self.open_columns:
            names = _listing([f"“{question.name}”" for question in columns])
            start = "Does this column say" if len(columns) == 1 else "Does one of these columns say"
            return f"{start} who may be contacted? {names}."
        if words := [word for word in self.open_words if not word.is_blank]:
            listed = [f"“{word.shown}” ({counted(word.count, 'row')})" for word in words]
            return f"Choose what these values mean: {_listing(listed)}."
        return self.open_words[0].sentence if self.open_words else ""

    def counted_with(self, words: Mapping[str, str]) -> dict[str, str]:
        """`words`, with blank cells that are asked about left out until there is an answer."""
        return {word.key: "leave-out" for word in self.open_words if word.is_blank} | dict(words)

    def answered_alike(self, answer: str) -> dict[str, str]:
        """One answer for all words without one; for blank cells only where it keeps them out."""
        return {word.key: answer for word in self.open_words if answer == "leave-out" or not word.is_blank}


def consent_questions(
    names: Sequence[str],
    has_header: bool,
    profile: FileProfile,
    mapping: Mapping[int, str],
    answers: ConsentAnswers,
    doubtful: Collection[int] = (),
) -> ConsentQuestions:
    """The questions about a file whose columns are called `names` and are matched as `mapping` says
    {position: field}. The match of `doubtful` columns settles nothing."""
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
    """What is kept of the answers for the next file of these headers, as plain lists and dicts: with each
    column that is not about consent, or is `matched` to something else, the words that were seen in it."""
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
    """The answers of an earlier file that hold for this one: those about words and blank cells, and those
    about a column that holds no other words than it did then."""
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
    """Those of the columns `matched` by memory that hold other words than they did then."""
    known: Mapping[str, Sequence[str]] = kept.get("matched", {})
    return frozenset(at for at in matched if not _keys(profile.columns[at]) <= set(known.get(names[at], ())))


def _is_asked(judgement: Judgement, mapped: str | None) -> bool:
    """What may be about anything is settled when it is matched to something."""
    if judgement.may_yield and mapped is not None and mapped not in CONSENT_FIELDS:
        return False
    return judgement.asks or judgement.field is not None


def _answer(mapped: str | None, is_denied: bool) -> str:
    if mapped in CONSENT_FIELDS:
        return str(mapped)
    return NOT_CONSENT if is_denied else ""


def _words(
    names: Sequence[str],
    profile: FileProfile,
    used: Sequence[tuple[int, str]],
    answers: ConsentAnswers,
) -> list[WordQuestion]:
    """The words of consent columns that are neither a yes nor a no, those in most rows first."""
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
    """The question what blank cells mean, in a column in which nothing else says no: a box that was not
    ticked is exported as a blank."""
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
