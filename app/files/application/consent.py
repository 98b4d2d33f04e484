"""What has to be said about consent before a kept file may be used."""

from collections.abc import Mapping

from app.files.application.columns import added_columns, doubtful_columns
from app.files.application.reading import layout_of, profile_of
from app.files.domain.consent.questions import ConsentAnswers, ConsentQuestions, consent_questions
from app.files.infrastructure.tables import Upload


def questions_of(upload: Upload, mapping: Mapping[str, str], answers: ConsentAnswers) -> ConsentQuestions:
    """The questions that the file asks when its columns are matched as `mapping` says {position as text:
    field}, answered or open."""
    layout = layout_of(upload)
    fields = {int(position): field for position, field in mapping.items()}
    profile = profile_of(upload).without({*added_columns(upload), *layout.outside.remarked})
    doubtful = doubtful_columns(upload, mapping)
    return consent_questions(layout.columns, layout.header is not None, profile, fields, answers, doubtful)
