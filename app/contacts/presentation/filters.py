"""The contact list filter in the URL: a criteria document as JSON, `?filter={"all": [...]}`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.platform.strict_json import NotStrict, parse_json

MAX_LENGTH = 4000
NOT_READABLE = "This filter isn’t valid JSON."


@dataclass(frozen=True)
class ChosenFilter:
    """The filter of a URL: the document (None without a filter or with `problems`) and its text as given."""

    text: str = ""
    document: Any = None
    problems: Sequence[str] = ()


NO_FILTER = ChosenFilter()


def chosen_filter(text: str) -> ChosenFilter:
    """Read the filter of a URL. The document itself is validated where it is used."""
    if not text.strip():
        return ChosenFilter()
    if len(text) > MAX_LENGTH:
        return ChosenFilter(problems=(f"Filters can have up to {MAX_LENGTH:,} characters.",))
    try:
        document = parse_json(text)
    except NotStrict as wrong:
        about = f"“{wrong.where}”: " if wrong.where else ""
        return ChosenFilter(problems=(f"{NOT_READABLE} {about}{wrong.sentence}",))
    return ChosenFilter(text, document) if document is not None else ChosenFilter()
