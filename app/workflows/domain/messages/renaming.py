"""Renaming the merge tags of a text, at the places where its syntax tree has them."""

import re
from collections.abc import Mapping

from liquid.exceptions import LiquidError

from app.workflows.domain.messages.liquid_texts import parse_strictly, refusal
from app.workflows.domain.messages.merge_tags import analyse, tag_name

_QUOTED = r"\[\s*(?:\"[^\"]*\"|'[^']*')\s*\]"
_PATH = re.compile(rf"(?:\w[\w-]*|{_QUOTED})(?:\s*\.\s*\w[\w-]*|\s*{_QUOTED})*")


def with_tags_renamed(text: str, names: Mapping[str, str]) -> str:
    """Return a text in which the merge tags that `names` maps have another name, also in conditions and
    filters. What only looks like a tag stays, and so does a text that can't be parsed."""
    if not any(tag in names for tag in analyse(text).tags) or refusal(text):
        return text
    try:
        found = parse_strictly(text).analyze(include_partials=False).globals
    except (LiquidError, RecursionError):
        return text
    places = {
        one.span.index: names[name]
        for variables in found.values()
        for one in variables
        if (name := tag_name(one.segments)) in names
    }
    for start, name in sorted(places.items(), reverse=True):
        if written := _PATH.match(text, start):
            text = text[:start] + _written(name) + text[written.end() :]
    return text


def _written(name: str) -> str:
    """Return a tag as it is written: keys that are words of the language, or numbers, need brackets."""
    if analyse(f"{{{{ {name} }}}}").tags == (name,):
        return name
    head, _, key = name.rpartition(".")
    return f'{head}["{key}"]'
