"""Template files, the YAML format of system templates, downloads, and imports.

Reading is strict, so that a mistake is reported instead of guessed around, and safe for untrusted files.
Whether the workflow inside is valid is checked by the definition validator, not here.
"""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import Any

from app.gallery.domain.categories import CATEGORY_KEYS
from app.workflows.domain import Definition, UnreadableFormat, parse, upgrade
from app.workflows.domain.definition.document import plain_copy, value_at

MAX_FILE = 1_000_000
MAX_NAME = 120
MAX_DESCRIPTION = 1000
MAX_TAGS = 12
MAX_TAG = 40
KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+){0,9}")
MAX_KEY = 60

REQUIRED = ("key", "name", "category", "description", "definition")
KNOWN = (*REQUIRED, "tags")
KNOWN_IN_DEFINITION = ("format", "trigger", "steps", "goals")


class UnreadableTemplate(ValueError):
    """The file is not a template that this version can read; the text is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class TemplateFile:
    """Content of a template file. `definition` is complete: omitted defaults are filled in."""

    key: str
    name: str
    category: str
    description: str
    tags: tuple[str, ...]
    definition: dict[str, Any]

    @property
    def parsed(self) -> Definition:
        """The parsed definition."""
        return parse(self.definition)

    def content_hash(self) -> str:
        """Return a hash of the content, independent of formatting."""
        text = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def parse_template(text: str) -> TemplateFile:
    """Parse a template file. Raises UnreadableTemplate with the first problem."""
    if len(text) > MAX_FILE:
        raise UnreadableTemplate("The file is too large. A template can have at most 1 MB.")
    from app.gallery.domain.yaml_text import YamlProblem, read_yaml  # PyYAML is loaded on first use

    try:
        content = read_yaml(text)
    except YamlProblem as problem:
        raise UnreadableTemplate(f"This isn’t a template file: {problem}") from None
    if not isinstance(content, dict) or "definition" not in content:
        raise UnreadableTemplate("This isn’t a template file: “definition” is missing.")
    _refuse_unknown(content, KNOWN, "in the file")
    for name in REQUIRED:
        if content.get(name) in (None, ""):
            raise UnreadableTemplate(f"“{name}” is missing.")
    return TemplateFile(
        key=_key(content["key"]),
        name=_line(content["name"], "name", MAX_NAME),
        category=_category(content["category"]),
        description=_line(content["description"], "description", MAX_DESCRIPTION),
        tags=_tags(content.get("tags")),
        definition=_definition(content["definition"]),
    )


def template_text(template: TemplateFile) -> str:
    """Return a template as YAML that `parse_template` reads back unchanged."""
    from app.gallery.domain.yaml_text import written_yaml

    return written_yaml({**asdict(template), "tags": list(template.tags)})


def _refuse_unknown(mapping: dict[Any, Any], known: tuple[str, ...], where: str) -> None:
    for name in mapping:
        if name not in known:
            raise UnreadableTemplate(
                f"“{str(name)[:60]}” {where} isn’t allowed. Allowed: {', '.join(known)}."
            )


def _key(value: Any) -> str:
    if not isinstance(value, str) or len(value) > MAX_KEY or not KEY.fullmatch(value):
        raise UnreadableTemplate(
            f"“key” must be lowercase words joined by hyphens, such as new-lead-welcome, "
            f"and at most {MAX_KEY} characters long."
        )
    return value


def _line(value: Any, name: str, limit: int) -> str:
    if not isinstance(value, str):
        raise UnreadableTemplate(f"“{name}” must be text.")
    line = " ".join(value.split())
    if not line or len(line) > limit:
        raise UnreadableTemplate(f"“{name}” must have 1 to {limit:,} characters.")
    return line


def _category(value: Any) -> str:
    if not isinstance(value, str) or value not in CATEGORY_KEYS:
        raise UnreadableTemplate(
            f"“{str(value)[:60]}” isn’t a category. Choose one of: {', '.join(CATEGORY_KEYS)}."
        )
    return value


def _tags(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MAX_TAGS:
        raise UnreadableTemplate(f"“tags” must be a list of at most {MAX_TAGS} words.")
    return tuple(dict.fromkeys(_line(tag, "tags", MAX_TAG).lower() for tag in value))


def _definition(value: Any) -> dict[str, Any]:
    try:
        document = upgrade(value)
    except UnreadableFormat as problem:
        raise UnreadableTemplate(str(problem)) from None
    _refuse_unknown(document, KNOWN_IN_DEFINITION, "in the definition")
    return complete(document)


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """Return a copy with defaults filled in: `enabled` and `config` of each part, and `goals`."""
    filled: dict[str, Any] = plain_copy(document)
    if not filled.get("goals"):
        filled["goals"] = {"match": "any", "items": []}
    definition = parse(document)
    switched = [definition.trigger] if definition.trigger.exists else []
    for part in (*switched, *definition.all_steps):
        value_at(filled, part.pointer).setdefault("enabled", True)
    for part in (*switched, *definition.all_steps, *definition.goals):
        value_at(filled, part.pointer).setdefault("config", {})
    return filled
