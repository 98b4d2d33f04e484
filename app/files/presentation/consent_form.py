"""Consent on the mapping page: which columns are about it, and what their values mean."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final

from app.files import application as files
from app.files.domain.consent.cells import ANSWERS
from app.files.domain.consent.columns import ANSWERS_OF_COLUMNS
from app.files.domain.consent.labels import COLUMN_CHOICES, WORD_CHOICES
from app.files.domain.consent.questions import (
    NOT_CONSENT,
    ColumnQuestion,
    ConsentAnswers,
    ConsentQuestions,
    WordQuestion,
)

CONSENT: Final = "consent-"  # prefix of all field names here
COLUMN: Final = "consent-column-"  # followed by the column's position
WORD: Final = "consent-word:"  # followed by the word's key
REST: Final = "consent-rest"
NONE: Final = "none-about-consent"  # value of the button that answers all columns at once
# The same column can be chosen here and in the list of columns. What both showed before tells which one the
# user has changed.
SHOWN_HERE: Final = "consent-shown-"
SHOWN_THERE: Final = "consent-column-shown-"
_MOST_WORDS: Final = 2_000
_LONGEST_NAME: Final = 400


@dataclass(frozen=True)
class Matching:
    """The mapping {column position as text: field}, the answers about consent, and the resulting
    questions."""

    mapping: dict[str, str]
    answers: ConsentAnswers
    questions: ConsentQuestions

    @property
    def words(self) -> dict[str, str]:
        """The answers to use for the check-up."""
        return self.questions.counted_with(self.answers.words)


@dataclass(frozen=True)
class ConsentCard:
    """The consent part of the page. `form` is the submitted form if only this part is rendered again; the
    list of columns then still shows its previous state."""

    matching: Matching
    form: Mapping[str, str] | None = None
    column_choices = COLUMN_CHOICES
    word_choices = WORD_CHOICES
    words_listed = 100

    @property
    def columns(self) -> list[ColumnQuestion]:
        """Questions about columns that are open, answered here, or shown on the page already."""
        return [
            question
            for question in self.matching.questions.columns
            if not question.is_taken
            or question.answer not in ANSWERS_OF_COLUMNS
            or (self.form is not None and f"{SHOWN_HERE}{question.index}" in self.form)
        ]

    @property
    def words(self) -> list[WordQuestion]:
        return list(self.matching.questions.words)[: self.words_listed]

    @staticmethod
    def mark(word: WordQuestion) -> str:
        """Return the end of a question's id on the page. It belongs to the value: values change places when
        they are answered, and a choice made for one must not stay where another is then."""
        return blake2b(word.key.encode("utf-8", "replace"), digest_size=6).hexdigest()

    @property
    def is_empty(self) -> bool:
        return not (self.columns or self.words or self.matching.questions.unlisted)

    def shown_there(self, question: ColumnQuestion) -> str:
        if self.form is not None:
            return self.form.get(f"column-{question.index}", "")
        return self.matching.mapping.get(str(question.index), "")


def read_consent(form: Mapping[str, str], upload: files.Upload, mapping: dict[str, str]) -> Matching:
    """Read the answers submitted with the mapping."""
    mapping = dict(mapping)
    denied: set[int] = set()
    for at in range(len(upload.layout["columns"])):
        here = form.get(f"{COLUMN}{at}", "")
        changed_here = here != form.get(f"{SHOWN_HERE}{at}", "")
        there = form.get(f"column-{at}", "")
        if here in ANSWERS_OF_COLUMNS and (changed_here or there == form.get(f"{SHOWN_THERE}{at}", "")):
            mapping[str(at)] = here
        elif changed_here and mapping.get(str(at)) in ANSWERS_OF_COLUMNS:
            del mapping[str(at)]
        if here == NOT_CONSENT:
            denied.add(at)
    words = [
        (name.removeprefix(WORD), answer)
        for name, answer in form.items()
        if name.startswith(WORD) and answer in ANSWERS and len(name) <= _LONGEST_NAME
    ]
    matching = asked(upload, mapping, ConsentAnswers(frozenset(denied), dict(words[:_MOST_WORDS])))
    if form.get("act") == NONE:
        denied.update(question.index for question in matching.questions.open_columns)
        matching = asked(upload, mapping, replace(matching.answers, not_consent=frozenset(denied)))
    rest = form.get(REST, "")
    if rest in ANSWERS and matching.questions.open_words:
        others = matching.questions.answered_alike(rest)
        matching = asked(
            upload, mapping, replace(matching.answers, words={**matching.answers.words, **others})
        )
    return matching


def answers_as_fields(matching: Matching) -> dict[str, list[str]]:
    """Return the form fields that would submit these answers again, including those given in bulk."""
    words = {f"{WORD}{key}": [answer] for key, answer in matching.answers.words.items()}
    return {REST: [""]} | words | {f"{COLUMN}{at}": [NOT_CONSENT] for at in matching.answers.not_consent}


def asked(upload: files.Upload, mapping: dict[str, str], answers: ConsentAnswers) -> Matching:
    """Return the questions for known answers."""
    return Matching(mapping, answers, files.questions_of(upload, mapping, answers))
