"""The questions about consent at the terminal: options answer them, and what is open ends the command."""

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import click

from app.accounts.domain import Actor
from app.files import application as files
from app.files.domain.consent import ANSWERS, word_key
from app.files.domain.consent_questions import ColumnQuestion, ConsentAnswers, WordQuestion
from app.platform.errors import Invalid

EVERY_OTHER_WORD = "*"
_NEEDS_QUOTES = re.compile(r"[\"'`$\\!]")

word_option = click.option(
    "--consent-word",
    "consent_words",
    multiple=True,
    metavar="WORD=ANSWER",
    help="What a value in a consent column means: yes, no, or leave-out. “*” means all others; can be "
    "repeated.",
)


def settle(
    actor: Actor,
    upload: files.Upload,
    mapping: dict[str, str],
    denied: Iterable[int],
    words: tuple[str, ...],
) -> dict[str, Any]:
    """What FileOptions say about the columns: `mapping` and the answers of the options, on top of earlier
    ones; `denied` are columns that are about something else. Ends the command with exit code 1, and with the
    options that answer, while a question is open."""
    earlier = files.remembered_answers(actor.account_id, upload)
    given = _given(words)
    everything_else = given.pop(EVERY_OTHER_WORD, None)
    answers = ConsentAnswers(earlier.not_consent | set(denied), {**earlier.words, **given})
    questions = files.questions_of(upload, mapping, answers)
    if everything_else is not None:
        others = {word.key: everything_else for word in questions.open_words}
        answers = replace(answers, words={**answers.words, **others})
        questions = files.questions_of(upload, mapping, answers)
    if questions.is_open:
        lines = ["Nothing was started. Answer these questions about consent first:"]
        for column in questions.open_columns:
            lines += _about_column(upload, mapping, answers, column)
        lines += _about_words(questions.words) if questions.open_words else []
        raise click.ClickException("\n".join(lines))
    return {
        "mapping": mapping,
        "not_consent": sorted(map(str, answers.not_consent)),
        "consent_words": dict(answers.words),
    }


def _given(words: tuple[str, ...]) -> dict[str, str]:
    given: dict[str, str] = {}
    for entry in words:
        word, equals, answer = entry.rpartition("=")
        if not equals or not word.strip() or answer not in ANSWERS:
            raise Invalid(
                "VALIDATION_ERROR", f"--consent-word {entry}: use WORD=ANSWER with yes, no or leave-out."
            )
        given[EVERY_OTHER_WORD if word.strip() == EVERY_OTHER_WORD else word_key(word)] = answer
    return given


def _about_column(
    upload: files.Upload, mapping: Mapping[str, str], answers: ConsentAnswers, column: ColumnQuestion
) -> list[str]:
    values = ", ".join(f"{_plain(word.shown)} {word.count:,}" for word in column.words)
    more = f" and {column.others:,} more values" if column.others else ""
    lines = [
        "",
        f"Does “{_plain(column.name)}” say who may be contacted? {values}{more}.",
        f"  --map {_quoted(column.name, 'consent')}  yes: “no” means don’t contact",
        f"  --map {_quoted(column.name, 'opt_out')}  yes: “yes” means don’t contact",
        f"  --map {_quoted(column.name, 'ignore')}   no, it’s about something else",
    ]
    then = files.questions_of(upload, {**mapping, str(column.index): column.suggested}, answers).words
    own = [word for word in then if word.is_open and column.name in word.columns]
    if own:
        lines += ["  If it does, also say what its values mean, for example:", *_word_options(own)]
    return lines


def _about_words(words: Iterable[WordQuestion]) -> list[str]:
    listed = list(words)
    lines = ["", "What do these values mean: yes (may be contacted), no (unsubscribed) or leave-out?"]
    for word in listed:
        left_out = "" if word.is_open else "  (left out unless you say otherwise)"
        where = ", ".join(map(_plain, word.columns))
        lines.append(f"  {_plain(word.shown)} {word.count:,} in {where}{left_out}")
    return [*lines, "For example:", *_word_options([word for word in listed if word.is_open])]


def _word_options(words: list[WordQuestion]) -> list[str]:
    lines = [f"  --consent-word {_quoted(word.text, 'leave-out')}" for word in words[:12]]
    if len(words) > 1:
        lines.append(
            f"  --consent-word {_quoted(EVERY_OTHER_WORD, 'leave-out')}  all values without an answer"
        )
    return lines


def _quoted(name: str, value: str) -> str:
    text = f"{_plain(name)}={value}"
    return shlex.quote(text) if _NEEDS_QUOTES.search(text) else f'"{text}"'


def _plain(text: str) -> str:
    """What stands in the file does not steer the terminal."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)
