"""Copies a definition with new ids all through (T-03).

New ids are computed from the old ones, not drawn: `new_ids` of one document always gives the same answer,
so a later comparison can still tell which step of a clone came from which step of its template.
"""

from collections.abc import Iterator, Mapping
from hashlib import blake2b

from app.workflows.domain.definition.document import Document, with_values
from app.workflows.domain.definition.parts import Definition, Pointer
from app.workflows.domain.definition.references import references


def copy_definition(definition: Definition) -> Document:
    """An equal document whose steps, paths and goals have new ids and refer to each other by them."""
    return with_ids(definition, new_ids(definition))


def new_ids(definition: Definition) -> dict[str, str]:
    """Old id -> new id for every step, path and goal; always the same for the same ids."""
    old = [value for value, _ in _ids(definition)]
    seed = "\n".join(old)
    taken = set(old)
    ids: dict[str, str] = {}
    for value in old:
        if value not in ids:
            ids[value] = _fresh(value, seed, taken)
            taken.add(ids[value])
    return ids


def fresh_id(definition: Definition, word: str = "step") -> str:
    """An id that nothing in the definition has yet."""
    taken = {value for value, _ in _ids(definition)}
    return _fresh(word, "\n".join(sorted(taken)), taken)


def with_ids(definition: Definition, ids: Mapping[str, str]) -> Document:
    """A copy of the document in which every id and every reference is replaced as `ids` says."""
    places = [*_ids(definition), *((one.target, one.pointer) for one in references(definition))]
    return with_values(definition.document, {place: ids[value] for value, place in places if value in ids})


def _ids(definition: Definition) -> Iterator[tuple[str, Pointer]]:
    """(id, where it stands) of every step, path and goal that has one."""
    for step in definition.all_steps:
        if step.id:
            yield step.id, (*step.pointer, "id")
        for path in step.paths:
            if path.id:
                yield path.id, (*path.pointer, "id")
    for goal in definition.goals:
        if goal.id:
            yield goal.id, (*goal.pointer, "id")


def _fresh(value: str, seed: str, taken: set[str]) -> str:
    attempt = 0
    while True:
        made = (
            "s" + blake2b(f"{seed}\0{value}\0{attempt}".encode(errors="replace"), digest_size=6).hexdigest()
        )
        if made not in taken:
            return made
        attempt += 1
