"""Template files, the YAML format of system templates, downloads, and imports.

Reading is strict, so that a mistake is reported instead of guessed around, and safe for untrusted files.
Whether the workflow inside is valid is checked by the definition validator, not here.
"""

import hashlib
import json
import re
import unicodedata
from dataclasses import asdict, dataclass
from typing import Any

from app.gallery.domain.details import Details
from app.workflows.domain import Definition, UnreadableFormat, incoming, parse

MAX_FILE = 1_000_000
KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+){0,9}")
MAX_KEY = 60

REQUIRED = ("key", "name", "category", "description", "definition")
KNOWN = (*REQUIRED, "tags")
KNOWN_IN_DEFINITION = ("format", "trigger", "steps", "goals")
MOST_WORDS = 10


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
        raise UnreadableTemplate(
            "This isn’t a template file. Choose a file that was downloaded from a template in Muster."
        )
    _refuse_unknown(content, KNOWN, "in the file")
    for name in REQUIRED:
        if content.get(name) is None or (content[name] == "" and name != "description"):
            raise UnreadableTemplate(f"“{name}” is missing.")
    details = _details(content)
    return TemplateFile(
        key=_key(content["key"]),
        name=details.name,
        category=details.category,
        description=details.description,
        tags=details.tags,
        definition=_definition(content["definition"]),
    )


def template_text(template: TemplateFile) -> str:
    """Return a template as YAML that `parse_template` reads back unchanged. Equal templates have equal
    texts."""
    from app.gallery.domain.canonical import canonical
    from app.gallery.domain.yaml_text import written_yaml

    return written_yaml(
        asdict(template) | {"tags": list(template.tags), "definition": canonical(template.definition)}
    )


def key_of(name: str) -> str:
    """Return a key made of the words of a name that are in Latin letters."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain.replace("'", ""))[:MOST_WORDS]
    return "-".join(words)[:MAX_KEY].rstrip("-") or "template"


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


def _details(content: dict[str, Any]) -> Details:
    for name in ("name", "category", "description"):
        if not isinstance(content[name], str):
            raise UnreadableTemplate(f"“{name}” must be text.")
    tags = content.get("tags") or []
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise UnreadableTemplate("“tags” must be a list of words.")
    details = Details.tidied(
        name=content["name"], category=content["category"], description=content["description"], tags=tags
    )
    for name, words in details.problems().items():
        raise UnreadableTemplate(f"“{name}” {words}.")
    return details


def _definition(value: Any) -> dict[str, Any]:
    try:
        document = incoming(value)
    except UnreadableFormat as problem:
        raise UnreadableTemplate(str(problem)) from None
    _refuse_unknown(document, KNOWN_IN_DEFINITION, "in the definition")
    return document
