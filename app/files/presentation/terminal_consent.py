"""Consent questions on the command line: options answer them, and an open question ends the command."""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import click

from app.accounts.domain import Actor
from app.files import application as files
from app.files.domain.consent.cells import ANSWERS, BLANK, blank_key, word_key
from app.files.domain.consent.questions import ColumnQuestion, ConsentAnswers, WordQuestion
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
    actor: Actor,
    upload: files.Upload,
    mapping: dict[str, str],
    denied: Iterable[int],
    words: tuple[str, ...],
) -> ConsentAnswers:
    """Return the answers from the options on top of remembered ones; `denied` are columns that are not about
    consent.

    Raises ClickException (exit code 1), listing the options that answer, while a question is open.
    """
    earlier = files.remembered_answers(actor.account_id, upload)
    given = _given(words)
    everything_else = given.pop(EVERY_OTHER_WORD, None)
    blank = {key: given.pop(key) for key in list(given) if key.startswith(BLANK)}
    given |= _about_blank(files.layout_of(upload).columns, blank)
    answers = ConsentAnswers(earlier.not_consent | set(denied), {**earlier.words, **given})
    questions = files.questions_of(upload, mapping, answers)
    if BLANK in blank:
        of_blank = {word.key: blank[BLANK] for word in questions.open_words if word.is_blank}
        answers = replace(answers, words={**answers.words, **of_blank})
        questions = files.questions_of(upload, mapping, answers)
    if everything_else is not None:
        others = questions.answered_alike(everything_else)
        answers = replace(answers, words={**answers.words, **others})
        questions = files.questions_of(upload, mapping, answers)
    if questions.is_open:
        lines = ["Nothing was started. Answer these questions about consent first:"]
        for column in questions.open_columns:
            lines += _about_column(upload, mapping, answers, column)
        lines += _about_words(questions.words) if questions.open_words else []
        raise click.ClickException("\n".join(lines))
    return answers


def _given(words: tuple[str, ...]) -> dict[str, str]:
    given: dict[str, str] = {}
    for entry in words:
        word, equals, answer = entry.rpartition("=")
        if not equals or answer not in ANSWERS:
            raise Invalid(
                "VALIDATION_ERROR", f"--consent-word {entry}: use WORD=ANSWER with yes, no or leave-out."
            )
        if word.startswith(BLANK) or not word.strip():
            given[BLANK + word.removeprefix(BLANK).strip()] = answer
        else:
            given[EVERY_OTHER_WORD if word.strip() == EVERY_OTHER_WORD else word_key(word)] = answer
    return given


def _about_blank(columns: Sequence[str], blank: Mapping[str, str]) -> dict[str, str]:
    """Return {key: answer} for the options that name a column, spelled as with --map."""
    given: dict[str, str] = {}
    plain = [normalised(name) for name in columns]
    for name, answer in blank.items():
        name = name.removeprefix(BLANK)
        if not name:
            continue
        if normalised(name) not in plain:
            raise Invalid(
                "VALIDATION_ERROR", f"--consent-word ={name}={answer}: the file has no column “{name}”."
            )
        given |= {blank_key(at): answer for at, one in enumerate(plain) if one == normalised(name)}
    return given


def _about_column(
    upload: files.Upload, mapping: Mapping[str, str], answers: ConsentAnswers, column: ColumnQuestion
) -> list[str]:
    values = ", ".join(f"{_plain(word.shown)} {word.count:,}" for word in column.words)
    more = f" and {column.others:,} more values" if column.others else ""
    question = _plain(column.special or f"Does “{column.name}” say who may be contacted?")
    lines = [
        "",
        f"{question} {values}{more}.",
        f"  --map {_quoted(column.name, 'consent')}  yes: “no” means don’t contact",
        f"  --map {_quoted(column.name, 'opt_out')}  yes: “yes” means don’t contact",
        f"  --map {_quoted(column.name, 'consent_note')}  partly: only values that clearly say no count",
        f"  --map {_quoted(column.name, 'ignore')}   no, it’s about something else",
    ]
    if column.suggested.startswith("channel"):
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
