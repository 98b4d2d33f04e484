"""Consent questions on the command line: options answer them, and an open question ends the command."""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import click

from app.files import application as files
from app.files.domain.consent.cells import ANSWERS, BLANK
from app.files.domain.consent.questions import ColumnQuestion, ConsentAnswers, WordQuestion
from app.files.domain.consent.withholding import SMS_CONSENT
from app.files.domain.headers.words import normalised
from app.platform.errors import Invalid

EVERY_OTHER_WORD = "*"
_NEEDS_QUOTES = re.compile(r"[\"'`$\\!]")

word_option = click.option(
    "--consent-word",
    "consent_words",
    multiple=True,
    metavar="WORD=ANSWER",
    help="What a value in a consent column means: yes, no, or leave-out. “*” means all others. With "
    "no value (“=no”) it says what blank cells mean, and “=COLUMN=no” what they mean in that column. Can be "
    "repeated.",
)


def settle(
    upload: files.Upload,
    mapping: dict[str, str],
    denied: Iterable[int],
    words: tuple[str, ...],
) -> ConsentAnswers:
    """Return the answers from the options on top of remembered ones; `denied` are columns that are not about
    consent.

    Raises ClickException (exit code 1), listing the options that answer, while a question is open.
    """
    given = _given(words, files.layout_of(upload).columns)
    answers, questions = files.settle(upload, mapping, replace(given, not_consent=frozenset(denied)))
    if questions.is_open:
        lines = ["Nothing was started. Answer these questions about consent first:"]
        for column in questions.open_columns:
            lines += _about_column(upload, mapping, answers, column)
        lines += _about_words(questions.words) if questions.open_words else []
        raise click.ClickException("\n".join(lines))
    return answers


def _given(words: tuple[str, ...], columns: Sequence[str]) -> files.GivenAnswers:
    values: dict[str, str] = {}
    blank: dict[int, str] = {}
    all_blank: str | None = None
    others: str | None = None
    for entry in words:
        word, equals, answer = entry.rpartition("=")
        if not equals or answer not in ANSWERS:
            raise Invalid(
                "VALIDATION_ERROR", f"--consent-word {entry}: use WORD=ANSWER with yes, no or leave-out."
            )
        word = word.strip()
        column = word.removeprefix(BLANK).strip()
        if word == EVERY_OTHER_WORD:
            others = answer
        elif not column:
            all_blank = answer
        elif word.startswith(BLANK):
            blank |= dict.fromkeys(_columns_named(column, columns, entry), answer)
        else:
            values[word] = answer
    return files.GivenAnswers(values=values, blank=blank, all_blank=all_blank, others=others)


def _columns_named(name: str, columns: Sequence[str], entry: str) -> list[int]:
    """Return the positions of the columns of this name, spelled as with --map."""
    found = [at for at, one in enumerate(columns) if normalised(one) == normalised(name)]
    if not found:
        raise Invalid("VALIDATION_ERROR", f"--consent-word {entry}: the file has no column “{name}”.")
    return found


def _about_column(
    upload: files.Upload, mapping: Mapping[str, str], answers: ConsentAnswers, column: ColumnQuestion
) -> list[str]:
    values = ", ".join(f"{_plain(word.shown)} {word.count:,}" for word in column.words)
    more = f" and {column.others:,} more values" if column.others else ""
    question = _plain(column.sentence)
    lines = [
        "",
        f"{question} {values}{more}.",
        f"  --map {_quoted(column.name, 'consent')}  yes: “no” means don’t contact",
        f"  --map {_quoted(column.name, 'opt_out')}  yes: “yes” means don’t contact",
        f"  --map {_quoted(column.name, 'consent_note')}  partly: only values that clearly say no count",
        f"  --map {_quoted(column.name, 'ignore')}   no, it’s about something else",
    ]
    if column.suggested.startswith("channel"):
        option = _quoted(column.name, SMS_CONSENT)
        lines.append(f"  --map {option}  it’s about text messages: “no” means no text messages")
        option = _quoted(column.name, column.suggested)
        lines.append(f"  --map {option}  it’s about another channel: leave out people who said no to it")
    then = files.questions_of(upload, {**mapping, str(column.index): column.suggested}, answers).words
    own = [word for word in then if word.is_open and column.name in word.columns]
    if own:
        lines += ["  If it does, also say what its values mean, for example:", *_word_options(own)]
    return lines


def _about_words(words: Iterable[WordQuestion]) -> list[str]:
    listed = list(words)
    lines = ["", "What do these values mean: yes (may be contacted), no (unsubscribed) or leave-out?"]
    for word in listed:
        if word.is_blank:
            lines.append(f"  {_plain(word.sentence)}")
            continue
        left_out = "" if word.is_open else "  (left out unless you say otherwise)"
        where = ", ".join(map(_plain, word.columns))
        lines.append(f"  {_plain(word.shown)} {word.count:,} in {where}{left_out}")
    return [*lines, "For example:", *_word_options([word for word in listed if word.is_open])]


def _word_options(words: list[WordQuestion]) -> list[str]:
    names = [BLANK + word.columns[0] if word.is_blank else word.text for word in words[:12]]
    lines = [f"  --consent-word {_quoted(name, 'leave-out')}" for name in names]
    if len(words) > 1:
        lines.append(
            f"  --consent-word {_quoted(EVERY_OTHER_WORD, 'leave-out')}  all values without an answer"
        )
    return lines


def _quoted(name: str, value: str) -> str:
    text = f"{_plain(name)}={value}"
    return shlex.quote(text) if _NEEDS_QUOTES.search(text) else f'"{text}"'


def _plain(text: str) -> str:
    """Replace nonprintable characters, so that file content cannot control the terminal."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)
