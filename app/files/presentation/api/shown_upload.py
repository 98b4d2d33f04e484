"""An upload in the terms of the API, for its columns as guessed."""

from collections.abc import Mapping
from typing import Any

from app.files import application as files
from app.files.domain.checkup.figures import CheckupResult, Finding
from app.files.presentation.api import schemas
from app.files.presentation.mapping_figures import COUNTED_AT_ONCE


def shown(upload: files.Upload) -> schemas.Upload:
    """Return the upload. Reads the file if a figure is not stored yet."""
    guesses = files.suggestion(upload.account_id, upload)
    mapping = files.mapping_as_guessed(upload)
    answers, questions = files.settle(upload, mapping, files.GivenAnswers())
    identifier = files.identifier_of(mapping)
    checkup = files.checkup_for(
        upload, mapping if identifier else {}, identifier, words=questions.counted_with(answers.words)
    )
    return schemas.Upload(
        id=upload.public_id,
        file_name=upload.file_name,
        size=upload.size,
        rows=upload.rows,
        created_at=upload.created_at,
        columns=[
            schemas.Column(
                position=guess.index,
                name=guess.name,
                guess=guess.field,
                confidence=guess.confidence,
                field=mapping.get(str(guess.index)),
                examples=list(guess.examples),
            )
            for guess in guesses
        ],
        consent=schemas.ConsentQuestions.model_validate(files.described(questions)),
        checkup=_checkup(checkup),
        new_contacts=_new_contacts(upload, mapping, identifier),
        decisions=files.styles_of(upload, mapping).sentences,
        layout=_layout(upload),
        earlier_uploads=[one.public_id for one in files.same_file_before(upload.account_id, upload)],
    )


def _checkup(result: CheckupResult) -> schemas.Checkup:
    return schemas.Checkup(
        identifier=result.identifier,
        rows=result.rows,
        good=result.good,
        duplicates=result.duplicates,
        bad=result.bad,
        blank=result.blank,
        consent_withheld=result.consent_withheld,
        consent_unclear=result.consent_unclear,
        problems=_findings(result.problems),
        notes=_findings(result.notes),
        typos=[schemas.Typo(domain=typo.domain, meant=typo.meant, rows=typo.count) for typo in result.typos],
    )


def _findings(found: Mapping[str, Finding]) -> list[schemas.Finding]:
    """Return the findings, the most frequent first."""
    return [
        schemas.Finding(
            code=code,
            message=finding.sentence,
            rows=finding.count,
            samples=[schemas.Sample(row=one.row, line=one.line, text=one.text) for one in finding.samples],
        )
        for code, finding in sorted(found.items(), key=lambda one: (-one[1].count, one[0]))
    ]


def _new_contacts(
    upload: files.Upload, mapping: Mapping[str, str], identifier: Any
) -> schemas.NewContacts | None:
    if identifier is None or upload.rows > COUNTED_AT_ONCE:
        return None
    count = files.new_to_account(upload.account_id, upload, mapping, identifier)
    if count is None:
        return None
    return schemas.NewContacts(new=count.new, known=count.known, not_contactable=count.closed)


def _layout(upload: files.Upload) -> schemas.Layout:
    known = files.known_layout(upload)
    return schemas.Layout(
        encoding=known.encoding,
        delimiter=files.delimiter_name(known.delimiter) if known.delimiter else None,
        header_line=known.header_line or 0,
        sheet=known.sheet,
        sheets=[schemas.Sheet(name=one["name"], rows=one["rows"]) for one in files.sheets_of(upload)],
        repairs=list(known.mends),
        fixed_addresses=upload.mends.get("rows", 0),
        skipped_lines={kind: noticed.count for kind, noticed in files.notices_of(upload).left_out.items()},
    )
