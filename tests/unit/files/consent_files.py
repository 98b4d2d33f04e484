"""What a file says about consent: which columns are taken or asked about, which words, and who stays free."""

import io
from dataclasses import dataclass
from pathlib import Path

from app.files.domain.cells.profile import FileProfile
from app.files.domain.consent.columns import by_words, judge_columns
from app.files.domain.consent.questions import ConsentAnswers, ConsentQuestions, consent_questions
from app.files.domain.consent.search import clear_cells
from app.files.domain.consent.withholding import withholding
from app.files.domain.reading.table_file import open_table


@dataclass
class ConsentFile:
    """`taken` {column: field}, `asked` names of columns; `questions` as they stand with nothing answered;
    `free` are the rows (from 1) in which nothing speaks against contacting."""

    taken: dict[str, str]
    asked: list[str]
    questions: ConsentQuestions
    free: list[int]

    @property
    def words(self) -> dict[str, int]:
        return {word.shown: word.count for word in self.questions.open_words}


def read_consent(content: Path | bytes | str, **answers: str) -> ConsentFile:
    """`answers` are {column: field or "no"} and {word with underscores: answer}, as a person would give."""
    data = content.read_bytes() if isinstance(content, Path) else content
    table = open_table(io.BytesIO(data.encode() if isinstance(data, str) else data))
    rows = [row.cells for row in table]
    columns = table.layout.columns
    header = columns if table.layout.header is not None else None
    profile = FileProfile.of_rows(rows, len(columns), by_words(header), clear_cells)
    judged = judge_columns(header, profile)
    mapping = {at: one.field for at, one in enumerate(judged) if one.field is not None}
    mapping |= {columns.index(name): answers[name] for name in columns if answers.get(name, "no") != "no"}
    denied = frozenset(columns.index(name) for name in columns if answers.get(name) == "no")
    words = {word.replace("_", " "): answer for word, answer in answers.items() if word not in columns}
    questions = consent_questions(
        columns, header is not None, profile, mapping, ConsentAnswers(denied, words)
    )
    withheld = withholding(sorted(mapping.items()), questions.counted_with(words))
    return ConsentFile(
        taken={columns[at]: field for at, field in mapping.items()},
        asked=[question.name for question in questions.open_columns],
        questions=questions,
        free=[number for number, cells in enumerate(rows, 1) if withheld(cells) is None],
    )
