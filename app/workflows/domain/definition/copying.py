"""Copies a definition with new ids all through (T-03).

New ids are computed from the old ones, not drawn: `new_ids` of one document always gives the same answer,
so a later comparison can still tell which step of a clone came from which step of its template.
"""

from hashlib import blake2b
from typing import Any

from app.contacts.domain.criteria import MAX_NESTING, field_named, group_of
from app.workflows.domain.definition.document import Document, plain_copy
from app.workflows.domain.definition.walk import (
    arms_of,
    as_dict,
    as_list,
    config_of,
    goals_of,
    text_of,
    trigger_of,
    walk,
)


def copy_definition(document: Document) -> Document:
    """An equal document whose steps, arms and goals have new ids and refer to each other by them."""
    return with_ids(document, new_ids(document))


def new_ids(document: Any) -> dict[str, str]:
    """Old id -> new id for every step, arm and goal; always the same for the same ids."""
    old = [value for holder in _holders(document) if (value := text_of(holder.get("id")))]
    seed = "\n".join(old)
    taken = set(old)
    ids: dict[str, str] = {}
    for value in old:
        if value not in ids:
            ids[value] = _fresh(value, seed, taken)
            taken.add(ids[value])
    return ids


def fresh_id(document: Any, word: str = "step") -> str:
    """An id that nothing in the document has yet."""
    taken = {text_of(holder.get("id")) for holder in _holders(document)}
    return _fresh(word, "\n".join(sorted(taken)), taken)


def _fresh(value: str, seed: str, taken: set[str]) -> str:
    attempt = 0
    while True:
        made = (
            "s" + blake2b(f"{seed}\0{value}\0{attempt}".encode(errors="replace"), digest_size=6).hexdigest()
        )
        if made not in taken:
            return made
        attempt += 1


def with_ids(document: Document, ids: dict[str, str]) -> Document:
    """A copy in which every id and every reference is replaced as `ids` says."""
    copied: Document = plain_copy(document)
    for holder in _holders(copied):
        if text_of(holder.get("id")) in ids:
            holder["id"] = ids[holder["id"]]
    _rewrite_criteria(trigger_of(copied).get("filters"), ids)
    for place in walk(copied):
        _rewrite_setting(place.step, ids)
        for arm in arms_of(place.step):
            _rewrite_criteria(arm.criteria, ids)
    for goal in goals_of(copied):
        _rewrite_setting(goal, ids)
    return copied


def _holders(document: Any) -> list[dict[str, Any]]:
    """Everything that has an id: steps, arms, goals."""
    found: list[dict[str, Any]] = []
    for place in walk(document):
        found.append(place.step)
        config = config_of(place.step)
        if arms_of(place.step):
            found += [arm for arm in as_list(config.get("arms")) if isinstance(arm, dict)]
            found.append(as_dict(config.get("default")))
    return found + goals_of(document)


def _rewrite_setting(part: dict[str, Any], ids: dict[str, str]) -> None:
    config = config_of(part)
    if text_of(config.get("step")) in ids:
        config["step"] = ids[config["step"]]


def _rewrite_criteria(criteria: Any, ids: dict[str, str], depth: int = 0) -> None:
    if depth > MAX_NESTING:
        return
    for member in group_of(criteria)[1]:
        if not isinstance(member, dict):
            continue
        found = field_named(member.get("field"))
        if "field" not in member:
            _rewrite_criteria(member, ids, depth + 1)
        elif found and found.kind == "message":
            value = member.get("value")
            if isinstance(value, list):
                member["value"] = [ids.get(one, one) if isinstance(one, str) else one for one in value]
            elif isinstance(value, str):
                member["value"] = ids.get(value, value)
