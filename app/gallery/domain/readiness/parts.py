"""Which parts of a template need a tag, a form, a business detail, an integration, or a link."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from app.contacts.domain import tag_key, tag_name
from app.contacts.domain.criteria import rules
from app.workflows.domain import Definition
from app.workflows.domain.checks.needs import part_needs
from app.workflows.domain.checks.readiness import POSTAL_ADDRESS, tags_without_value
from app.workflows.domain.definition.custom_fields import criteria_of
from app.workflows.domain.definition.parts import Part, Step
from app.workflows.domain.definition.references import form_of
from app.workflows.domain.messages.merge_tags import MERGE_TAGS
from app.workflows.domain.types.events import folded

Names = tuple[str, ...]

SENDER: Final = "sender.name"
_ACCOUNT: Final = "account."
_NAME: Final = "account.name"
_LINK: Final = re.compile(r"https?://[^\s<>()\[\]\"'{}]{1,500}", re.IGNORECASE)
_DEFAULT: Final = re.compile(r"\{\{-?\s*([\w.]+)\s*\|\s*default:\s*(?:\"([^\"]{1,200})\"|'([^']{1,200})')")
_PLACEHOLDERS: Final = ("example", "example.com", "example.org", "example.net")


@dataclass(frozen=True, slots=True)
class UsedDetail:
    """A business detail that texts use. `gaps` are the names of the parts that would have a gap without it;
    the others say one of the `defaults`, or leave out what needs it."""

    tag: str
    parts: Names
    gaps: Names
    defaults: Names = ()

    @property
    def name(self) -> str:
        return self.tag.removeprefix(_ACCOUNT)

    @property
    def label(self) -> str:
        return MERGE_TAGS[self.tag].label


@dataclass(frozen=True, slots=True)
class LinkToFill:
    """A link that leads nowhere until someone replaces it."""

    url: str
    part: str


def used_tags(definition: Definition) -> dict[str, Names]:
    """Return {tag as written: names of the parts} of the tags that a template adds, removes, or asks for."""
    found: dict[str, tuple[str, dict[str, None]]] = {}
    for part in definition.parts:
        for tag in _tags(part):
            found.setdefault(tag_key(tag), (tag_name(tag), {}))[1][part.name] = None
    return {name: tuple(parts) for key, (name, parts) in found.items() if key}


def used_forms(definition: Definition) -> dict[str, Names]:
    """Return {name of a form as written: names of the parts} of the forms that a template asks about."""
    found: dict[str, tuple[str, dict[str, None]]] = {}
    for part in definition.parts:
        if name := form_of(part):
            found.setdefault(folded(name), (name, {}))[1][part.name] = None
    return {name: tuple(parts) for name, parts in found.values()}


def used_details(definition: Definition) -> list[UsedDetail]:
    """Return the business details that the texts of live steps use, besides the name of the business."""
    used: dict[str, dict[str, None]] = {tag: {} for tag in MERGE_TAGS if tag.startswith(_ACCOUNT)}
    gaps: dict[str, dict[str, None]] = {tag: {} for tag in used}
    for step in definition.live_steps:
        for tag in step.merge_tags:
            if tag in used:
                used[tag][step.name] = None
        for tag in tags_without_value(step, ()):
            if tag in gaps:
                gaps[tag][step.name] = None
        if step.kind and step.kind.message and step.kind.message.has_postal_address:
            used[POSTAL_ADDRESS][step.name] = gaps[POSTAL_ADDRESS][step.name] = None
    return [
        UsedDetail(tag, tuple(parts), tuple(gaps[tag]), _defaults(definition, tag))
        for tag, parts in used.items()
        if parts and tag != _NAME
    ]


def sender_parts(definition: Definition) -> Names:
    """Return the names of the live steps whose texts name their sender, without one of their own."""
    return tuple(
        step.name
        for step in definition.live_steps
        if SENDER in step.merge_tags and not step.config.text("sender")
    )


def _defaults(definition: Definition, tag: str) -> Names:
    found = (
        one[2] or one[3]
        for step in definition.live_steps
        for _, text in step.texts
        for one in _DEFAULT.finditer(text)
        if one[1] == tag
    )
    return tuple(dict.fromkeys(found))


def needing_parts(definition: Definition, kind: str, filled: Collection[str]) -> Names:
    """Return the names of the parts that need an integration and would be switched off without it."""
    return tuple(part.name for part in definition.parts if part.enabled and kind in part_needs(part, filled))


def links_to_fill(definition: Definition) -> list[LinkToFill]:
    """Return the links to example addresses, which someone has to replace, in live steps."""
    found = {
        LinkToFill(url, step.name): None for step in definition.live_steps for url in _placeholders(step)
    }
    return list(found)


def _tags(part: Part) -> Iterator[str]:
    for setting, value in part.settings:
        if setting.kind == "tag" and isinstance(value, str):
            yield value
    for _, criteria in criteria_of(part):
        for rule in rules(criteria):
            if rule.field == "contact.tags":
                values = rule.value if isinstance(rule.value, list) else [rule.value]
                yield from (one for one in values if isinstance(one, str))


def _placeholders(step: Step) -> Iterator[str]:
    texts = [text for _, text in step.texts]
    texts += [value for setting, value in step.settings if setting.kind == "url" and isinstance(value, str)]
    for text in texts:
        for found in _LINK.finditer(text):
            url = found.group().rstrip(".,;:!?")
            if _is_placeholder(url):
                yield url


def _is_placeholder(url: str) -> bool:
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return False
    return any(host == one or host.endswith(f".{one}") for one in _PLACEHOLDERS)
