"""Texts that people read are plain American English: old-fashioned, translated and British words are refused.

Read are the templates (what they show, not what they are called) and the strings of presentation, application
and domain modules. Lists of words that files from all over the world use are no texts of ours.
"""

import ast
import re
from collections.abc import Iterator

import pytest
from jinja2 import Environment

from tests.guards.sources import ROOT, sources

BRITISH = r"""
    \w*(?:recogni|organi|personali|customi|optimi|summari)s(?:e|ed|es|ing|ation|ations)
    \w*(?:prioriti|normali|authori|minimi|maximi|speciali)s(?:e|ed|es|ing|ation|ations)
    analys(?:e|ed|es|ing)    colours?    favour\w*    behaviours?    honour\w*    neighbour\w*
    centres?    licences?    enrol    enrols    enrolments?    cancell(?:ed|ing)    labell(?:ed|ing)
    catalogues?    programmes?    grey    whilst    amongst    enquir(?:y|ies)    e-mails?
"""
OLD_FASHIONED = r"""
    mend(?:s|ed|ing)?    lately    whoever    whomever    meanwhile    (?:some|every|any)body(?:[’']s)?
    stands?    stood    begin~with    began    beforehand    afterwards    thereby    herein    doubled
    strangers?    newcomers?    otherwise~than    time~line    whole~name    contact~numbers?
"""
TRANSLATED = r"""
    written~to    wants?~(?:no~)?mail    came~back    under~way    on~(?:their|its)~way
    is~alive    no~worker~is    twice~in~the~file    new~to~you    known~already
    what~became~of    taken~out    take~(?:it|them)~out    in~it~now    people~in~it
    c(?:o|a)mes?~in    bring~(?:a~file|contacts|people|them)~in    look~at~(?:it|these)
    go(?:es)?~on    going~through    there~is~no~such
    not~possible~now    had~(?:its|their)~turn    this~row[’']s~turn    the~first~that~fits
    in~one~go    (?-i:Say)~(?:why|which|what|how)    needs?~you    like~this~the    make~my
    write~(?:a|an|the|your)~(?:name|number|whole|email|address|tag)    come~of~it
    ha(?:s|ve)~to~(?:be|hold|have)    (?:is|are)~to~be    give~(?:a|an|at|the|two|names)
    is~no~(?!longer)\w+    holds?~(?:no|a|an|the|more|several)    small~letters    fit~in~(?:one|the)
    from~\d+~on    invented    put~together    swallow(?:s|ed)?    all~the~same    is~there~twice
    written~(?:correctly|to)    write~a~text    cannot    did~not    do~not~need    such~as~this
"""
SPACING = r"(?<=[a-z])[ ]…(?![ ]\w)|(?<=[\d}])[ ]%(?!})|(?<=[a-z])'(?:s|t|re|ll|ve)\b"


def _any_of(words: str) -> str:
    """Alternatives, one a word; a tilde is a space."""
    return "|".join(words.split()).replace("~", " ")


PATTERN = re.compile(
    rf"(?<![\w-])(?:{_any_of(BRITISH)}|{_any_of(OLD_FASHIONED)}|{_any_of(TRANSLATED)})(?![\w-])|{SPACING}",
    re.IGNORECASE,
)
SHOWN_ATTRIBUTES = re.compile(
    r"\b(?:aria-label|title|placeholder|alt|data-confirm(?:-title|-label)?|data-upload-too-large|data-label)="
    r"\"([^\"]*)\""
)
LAYERS = ("presentation", "application", "domain")
# Words of files from everywhere, and lists of names.
NO_TEXTS = {
    "app/files/domain/consent/words.py",
    "app/files/domain/consent/phrases.py",
    "app/files/domain/headers/words.py",
    "app/files/domain/consent/remark_words.py",
    "app/files/domain/samples/names.py",
    "app/files/domain/samples/people.py",
    "app/files/domain/samples/file.py",
    "app/gallery/domain/sanitizing/common_words.py",
    "app/gallery/domain/search/synonyms.py",
}


def templates() -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / "app/templates").rglob("*.html"))


def texts_of_template(name: str) -> Iterator[tuple[int, str]]:
    """(line, text): what stands between tags, what attributes say aloud, and the strings of expressions."""
    shown = []
    for line, kind, value in Environment().lex((ROOT / name).read_text(encoding="utf-8")):
        if kind == "data":
            shown.append((line, value))
        elif kind == "string" and " " in value:
            yield line, value
    joined = "".join(f"\0{line}\0{text}" for line, text in shown)
    for attribute in SHOWN_ATTRIBUTES.findall(joined):
        yield 0, re.sub(r"\0\d+\0", "}", attribute)
    bare = re.sub(r"<(script|style|svg)\b.*?</\1>|<!--.*?-->", " ", joined, flags=re.DOTALL)
    line = 0
    for part in re.split(r"(\0\d+\0)|<[^<>]*>", bare):
        if part and part.startswith("\0"):
            line = int(part.strip("\0"))
        elif part and part.strip():
            yield line, part


def texts_of_module(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, text) of the strings that may be read by people: no docstrings, no names of things."""
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(map(_shown, node.values))
        elif id(node) in parts:
            continue
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            is_code = re.fullmatch(r"[A-Z0-9_]+", node.value)
            if not is_code and (" " in node.value.strip() or node.value[:1].isupper()):
                yield node.lineno, node.value


def _shown(part: ast.expr) -> str:
    """A part of an f-string; a value stands as a brace."""
    return str(part.value) if isinstance(part, ast.Constant) else "}"


def refused(texts: Iterator[tuple[int, str]], name: str) -> list[str]:
    return [
        f"{name}:{line}: “{found[0]}” in “{' '.join(text.split())[:100]}”"
        for line, text in texts
        for found in PATTERN.finditer(text)
    ]


def test_templates_speak_plain_english() -> None:
    assert [found for name in templates() for found in refused(texts_of_template(name), name)] == []


def test_strings_of_the_code_speak_plain_english() -> None:
    found: list[str] = []
    for source in sources("app", "ops"):
        parts = source.module.split(".")
        if source.name in NO_TEXTS:
            continue
        if not (set(LAYERS) & set(parts) or source.room == "platform" or parts[0] == "ops"):
            continue
        found += refused(texts_of_module(source.tree), source.name)
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "Mend it",
        "Recognise people by",
        "12 %",
        "Choose …",
        "Want no mail",
        "Somebody’s file",
        "e-mail",
        "Cancelled",
        "Subject: has to be one line.",
        "give a number from 1 to 9",
        "It cannot run",
        "This template can't be used",
    ],
)
def test_what_is_refused(text: str) -> None:
    assert PATTERN.search(text)


@pytest.mark.parametrize(
    "text",
    ["Fix all", "12%", "Choose…", "recommended", "standard", "Canceled", "amendment", "It’s no longer here"],
)
def test_what_is_allowed(text: str) -> None:
    assert not PATTERN.search(text)
