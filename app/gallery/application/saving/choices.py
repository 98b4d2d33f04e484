"""What a user decides when a workflow is saved as a template, and which values that means."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.gallery.domain.categories import CUSTOM
from app.gallery.domain.sanitizing import CHOOSABLE, KINDS, Kind, Report, key_of_words, phrase_of
from app.platform.addresses import email_key, phone_key
from app.platform.errors import Invalid

MAX_CHOICES = 1_000
MAX_CHOSEN = 50
MAX_CHOSEN_TEXT = 200


@dataclass(frozen=True)
class SavingDraft:
    """What a user enters to save a workflow as a template: its details, and what to keep and to replace.

    `keep` and `replace` are texts as they are written in the workflow, or ids of values of a report; `chosen`
    are further texts, {text: name of a kind}. Values of contacts are only kept with `keeps_contact_values`.
    Name and description default to those of the workflow. `into` is the public id of a template of the
    account that gets the steps as a new version, and keeps its details; None for a new template, empty if it
    has not been chosen yet. `into_version` is the version of it that the user has seen; None skips that, for
    programs. With `switches_on`, parts that are off while the account lacks what they need are on in the
    template.
    """

    name: str | None
    description: str | None = None
    category: str = CUSTOM
    tags: Sequence[str] = ()
    keep: Sequence[str] = ()
    replace: Sequence[str] = ()
    chosen: Mapping[str, str] = field(default_factory=dict)
    keeps_contact_values: bool = False
    into: str | None = None
    into_version: int | None = None
    switches_on: bool = True


def chosen_kinds(draft: SavingDraft) -> dict[tuple[str, ...], Kind]:
    """Return {words: kind} of the further texts. Raises Invalid."""
    sizes = (len(draft.keep), len(draft.replace), len(draft.chosen))
    if max(sizes[:2]) > MAX_CHOICES or sizes[2] > MAX_CHOSEN:
        raise Invalid.in_fields({"chosen": f"Choose at most {MAX_CHOSEN} texts to replace."})
    found: dict[tuple[str, ...], Kind] = {}
    for text, name in draft.chosen.items():
        kind, words = KINDS.get(name), phrase_of(text[: MAX_CHOSEN_TEXT + 1])
        if kind not in CHOOSABLE or kind is None:
            raise Invalid.in_fields({"chosen": f"“{name[:40]}” isn’t something to replace a text with."})
        if not words or len(text) > MAX_CHOSEN_TEXT:
            raise Invalid.in_fields(
                {"chosen": f"Enter a word or phrase of at most {MAX_CHOSEN_TEXT} characters."}
            )
        found[words] = kind
    return found


def keys_meant(texts: Iterable[str], report: Report, country: str) -> frozenset[str]:
    """Return the keys of the values that are meant by texts, or by the ids of a form."""
    keys = {value.key for value in report.values}
    by_id = {value.id: value.key for value in report.values}
    found: set[str] = set()
    for text in texts:
        readings: tuple[Any, ...] = (
            by_id.get(text),
            text,
            key_of_words(text),
            email_key(text),
            phone_key(text, country or None),
        )
        found.update(one for one in readings if isinstance(one, str) and one in keys)
    return frozenset(found)
