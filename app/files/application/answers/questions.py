"""What must be decided before an upload can be used: questions about consent, and invalid choices."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from app.files.application.address_book import address_book
from app.files.application.columns import added_columns, doubtful_columns, remembered_answers
from app.files.application.reading import layout_of, profile_of
from app.files.domain.columns.choices import FileChoices, choice_problems
from app.files.domain.columns.guesses import IGNORE
from app.files.domain.consent.cells import blank_key, word_key
from app.files.domain.consent.labels import COLUMN_CHOICES, WORD_CHOICES
from app.files.domain.consent.questions import (
    NOT_CONSENT,
    ColumnQuestion,
    ConsentAnswers,
    ConsentQuestions,
    WordQuestion,
    consent_questions,
)
from app.files.infrastructure.tables import Upload
from app.platform.errors import Conflict

HOW_TO_ANSWER: Final = (
    "Repeat the request with the answers. For a column, add it to `mapping`: with one of the fields in its "
    "`answers` if it says who may be contacted, or with `ignore` if it is about something else. For a value, "
    "add it to `consent.values`, and for blank cells the column to `consent.blank`, with `yes` (may be "
    "contacted), `no` (unsubscribed), or `leave-out`. `consent.other_values` answers for all other values."
)


@dataclass(frozen=True)
class GivenAnswers:
    """Answers about consent from somebody who may not have seen the questions.

    `not_consent` are positions of columns that are not about consent, `values` is {value as in the file:
    answer}, `blank` {column position: answer about its blank cells}. `all_blank` answers for all blank cells,
    `others` for all values without an answer.
    """

    not_consent: frozenset[int] = frozenset()
    values: Mapping[str, str] = field(default_factory=dict)
    blank: Mapping[int, str] = field(default_factory=dict)
    all_blank: str | None = None
    others: str | None = None


class ConsentUnclear(Conflict):
    """Questions about consent are open. `facts` contains them, and how to answer them."""

    def __init__(self, questions: ConsentQuestions) -> None:
        super().__init__(
            "CONFIRMATION_NEEDED",
            questions.sentence,
            questions=described(questions),
            how_to_answer=HOW_TO_ANSWER,
        )


def questions_of(upload: Upload, mapping: Mapping[str, str], answers: ConsentAnswers) -> ConsentQuestions:
    """Return the questions, open and answered, for `mapping` {column position as text: field}."""
    layout = layout_of(upload)
    fields = {int(position): field for position, field in mapping.items()}
    profile = profile_of(upload).without({*added_columns(upload), *layout.outside.remarked})
    doubtful = doubtful_columns(upload, mapping)
    return consent_questions(layout.columns, layout.header is not None, profile, fields, answers, doubtful)


def problems_of(upload: Upload, choices: FileChoices) -> dict[str, str]:
    """Validate the choices for a file; return {form field: sentence}, empty if valid."""
    questions = questions_of(upload, choices.mapping, choices.answers)
    return choice_problems(choices, layout_of(upload).columns, questions, address_book().field_key)


def settle(
    upload: Upload, mapping: Mapping[str, str], given: GivenAnswers
) -> tuple[ConsentAnswers, ConsentQuestions]:
    """Return the given answers on top of remembered ones, and the questions, which may still be open."""
    earlier = remembered_answers(upload.account_id, upload)
    words = {word_key(value): answer for value, answer in given.values.items()}
    words |= {blank_key(at): answer for at, answer in given.blank.items()}
    answers = ConsentAnswers(earlier.not_consent | given.not_consent, {**earlier.words, **words})
    questions = questions_of(upload, mapping, answers)
    if given.all_blank is not None:
        of_blank = {word.key: given.all_blank for word in questions.open_words if word.is_blank}
        answers = replace(answers, words={**answers.words, **of_blank})
        questions = questions_of(upload, mapping, answers)
    if given.others is not None:
        answers = replace(answers, words={**answers.words, **questions.answered_alike(given.others)})
        questions = questions_of(upload, mapping, answers)
    return answers, questions


def described(questions: ConsentQuestions) -> dict[str, Any]:
    """Return the questions as JSON values, with the answers in the terms of `NamedChoices`."""
    return {
        "is_open": questions.is_open,
        "columns": [_column(question) for question in questions.columns],
        "values": [_value(question) for question in questions.words],
        "unlisted": dict(questions.unlisted),
    }


def _column(question: ColumnQuestion) -> dict[str, Any]:
    return {
        "position": question.index,
        "name": question.name,
        "question": question.sentence,
        "values": [{"value": word.shown, "rows": word.count} for word in question.words],
        "more_values": question.others,
        "suggestion": question.suggested,
        "answer": _named(question.answer) or None,
        "is_open": question.is_open,
        "answers": [{"field": _named(name), "meaning": label} for name, label in COLUMN_CHOICES],
    }


def _value(question: WordQuestion) -> dict[str, Any]:
    return {
        "value": None if question.is_blank else question.text,
        "columns": list(question.columns),
        "rows": question.count,
        "question": question.sentence if question.is_blank else f"What does “{question.shown}” mean?",
        "answer": question.answer or None,
        "is_open": question.is_open,
        "answers": [{"answer": name, "meaning": label} for name, label in WORD_CHOICES],
    }


def _named(answer: str) -> str:
    return IGNORE if answer == NOT_CONSENT else answer
