"""Name, description, category, and tags of a template: their limits, normalization, and validation."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.gallery.domain.categories import CATEGORY_KEYS
from app.workflows.domain.checks.storable import unstorable

MAX_NAME = 120
MAX_DESCRIPTION = 1000
MAX_TAGS = 12
MAX_TAG = 40


@dataclass(frozen=True, slots=True)
class Details:
    """What a template is called and filed under. Use `tidied` for values from outside."""

    name: str
    category: str
    description: str = ""
    tags: tuple[str, ...] = ()

    @classmethod
    def tidied(cls, *, name: str, category: str, description: str, tags: Iterable[str]) -> "Details":
        """Return them in single lines, with tags in lowercase and without duplicates."""
        return cls(
            name=_line(name),
            category=category,
            description=_line(description),
            tags=tuple(dict.fromkeys(_line(tag).lower() for tag in tags)),
        )

    def problems(self) -> dict[str, str]:
        """Return {field: what is wrong}, as words that follow the name of the field."""
        found = {
            "name": _text_problem(self.name, MAX_NAME, least=1),
            "category": self._category_problem(),
            "description": _text_problem(self.description, MAX_DESCRIPTION),
            "tags": self._tags_problem(),
        }
        return {field: words for field, words in found.items() if words}

    def _category_problem(self) -> str:
        if self.category in CATEGORY_KEYS:
            return ""
        return f"can’t be “{self.category[:60]}”. Choose one of: {', '.join(CATEGORY_KEYS)}"

    def _tags_problem(self) -> str:
        if len(self.tags) > MAX_TAGS:
            return f"must be a list of at most {MAX_TAGS} words"
        return next(filter(None, (_text_problem(tag, MAX_TAG, least=1) for tag in self.tags)), "")


def _line(text: str) -> str:
    return " ".join(text.split())


def _text_problem(text: str, most: int, least: int = 0) -> str:
    if unstorable(text):
        return "contains characters that can’t be saved"
    if not least <= len(text) <= most:
        return f"must have {f'{least} to' if least else 'at most'} {most:,} characters"
    return ""
