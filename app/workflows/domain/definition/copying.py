"""Copying a definition with new ids (T-03).

New ids are derived from the old ones, so `new_ids` always returns the same for the same document, and a later
comparison can match the steps of a clone to those of its template.
"""

from collections.abc import Collection, Iterator, Mapping
from hashlib import blake2b

from app.workflows.domain.definition.document import Document, with_values
from app.workflows.domain.definition.parts import Definition, Pointer
from app.workflows.domain.definition.references import references


def copy_definition(definition: Definition, workflows: Collection[str] = ()) -> Document:
    """Return a copy of the document in which all ids, and the references to them, are new.

    References to workflows other than `workflows`, those of the account that gets the copy, become blank. The
    setting or condition itself stays: the copy is invalid until someone chooses a workflow, so a condition
    that restricts who is enrolled is never lost.
    """
    return with_ids(definition, new_ids(definition), {one: one for one in workflows})


def new_ids(definition: Definition) -> dict[str, str]:
    """Return {old id: new id} for every step, path and goal. Deterministic."""
    old = [value for value, _ in _ids(definition)]
    seed = "\n".join(old)
    taken = set(old)
    ids: dict[str, str] = {}
    for value in old:
        if value not in ids:
            ids[value] = _fresh(value, seed, taken)
            taken.add(ids[value])
    return ids


class FreshIds:
    """Makes ids that are not used in a definition. Others come with another `salt`, so that the id of a step
    that was deleted is not used again."""

    def __init__(self, definition: Definition, salt: str = "") -> None:
        self._taken = {value for value, _ in _ids(definition)}
        self._seed = "\n".join([*sorted(self._taken), salt] if salt else sorted(self._taken))

    def make(self, word: str = "step") -> str:
        """Return another new id."""
        made = _fresh(word, self._seed, self._taken)
        self._taken.add(made)
        return made


def with_ids(
    definition: Definition, ids: Mapping[str, str], workflows: Mapping[str, str] | None = None
) -> Document:
    """Return a copy of the document with ids and references replaced according to `ids`.

    `workflows` does the same for references to workflows, of which others become blank; None leaves all.
    """
    values = {place: ids[value] for value, place in _ids(definition) if value in ids}
    for one in references(definition):
        if one.kind == "message" and one.target in ids:
            values[one.pointer] = ids[one.target]
        elif one.kind == "workflow" and workflows is not None:
            values[one.pointer] = workflows.get(one.target, "")
    return with_values(definition.document, values)


def _ids(definition: Definition) -> Iterator[tuple[str, Pointer]]:
    """Yield (id, pointer to it) for every step, path and goal that has one."""
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
