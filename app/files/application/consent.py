"""What must be decided before an upload can be used: questions about consent, and invalid choices."""

from collections.abc import Mapping

from app.files.application.address_book import address_book
from app.files.application.columns import added_columns, doubtful_columns
from app.files.application.reading import layout_of, profile_of
from app.files.domain.columns.choices import FileChoices, choice_problems
from app.files.domain.consent.questions import ConsentAnswers, ConsentQuestions, consent_questions
from app.files.infrastructure.tables import Upload


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
