"""Adding, moving, copying and deleting steps."""

from typing import Any, NamedTuple

from app.workflows.domain.definition.copying import FreshIds, with_ids
from app.workflows.domain.definition.document import (
    MAX_NESTING,
    MAX_STEPS,
    Document,
    plain_copy,
    value_at,
)
from app.workflows.domain.definition.parsing import parse
from app.workflows.domain.definition.parts import Definition, Part, Pointer, Step
from app.workflows.domain.definition.references import references
from app.workflows.domain.editing.fresh import fresh_step
from app.workflows.domain.editing.places import (
    EditRefused,
    Spot,
    behind,
    is_inside,
    neighbor,
    path_of,
    position,
    spot_of,
)
from app.workflows.domain.types.declarations import StepType

__all__ = [
    "Edit",
    "EditRefused",
    "add_step",
    "copy_step",
    "delete_step",
    "move_step",
    "move_step_by_one",
    "users_of",
]


class Edit(NamedTuple):
    """A changed document, and the step that the change is about."""

    document: Document
    step_id: str


def add_step(definition: Definition, kind: StepType, place: str, salt: str = "") -> Edit:
    """Add a new step with the initial settings of its type. Raises EditRefused.

    `salt` makes ids that no step had before, such as the number of the change.
    """
    spot = spot_of(definition, place)
    _refuse_too_many(definition, 1)
    _refuse_too_deep(spot.depth)
    made = fresh_step(kind, FreshIds(definition, salt))
    return Edit(_inserted(definition, spot, made), made["id"])


def move_step(definition: Definition, step: Step, place: str) -> Document:
    """Move a step, with everything in its paths. Raises EditRefused."""
    return _moved(definition, step, spot_of(definition, place))


def move_step_by_one(definition: Definition, step: Step, *, up: bool) -> Document:
    """Move a step one place up or down; at the end of a path, out of it. Raises EditRefused at the ends."""
    spot = neighbor(definition, step, up=up)
    if spot is None:
        raise EditRefused(f"{step.name}, is already the {'first' if up else 'last'} step.")
    return _moved(definition, step, spot)


def copy_step(definition: Definition, step: Step, salt: str = "") -> Edit:
    """Insert a copy after a step, with new ids; references inside it lead to the copies. Raises
    EditRefused."""
    _refuse_too_many(definition, len(inside(definition, step)))
    alone = parse({"steps": [value_at(definition.document, step.pointer)]})
    ids = FreshIds(definition, salt)
    old = [one.id for one in alone.all_steps]
    old += [path.id for one in alone.all_steps for path in one.paths]
    new = {value: ids.make(value) for value in dict.fromkeys(old) if value}
    made = with_ids(alone, new)["steps"][0]
    return Edit(_inserted(definition, behind(step), made), made["id"])


def delete_step(definition: Definition, step: Step, keep: str = "") -> Document:
    """Delete a step with everything in its paths, or leave the steps of one path, by its `ref`, in its place.

    Raises EditRefused if there is no such path.
    """
    kept: list[Any] = []
    if keep:
        path = path_of(step, keep)
        kept = [plain_copy(value_at(definition.document, one.pointer)) for one in path.steps]
    document: Document = plain_copy(definition.document)
    at = position(step)
    value_at(document, step.pointer[:-1])[at : at + 1] = kept
    return document


def users_of(definition: Definition, step: Step, keep: str = "") -> tuple[Part, ...]:
    """Return the parts that refer to messages that `delete_step` removes, in reading order."""
    kept = [path for path in step.paths if path.ref == keep]
    gone = {one.pointer for one in inside(definition, step)}
    gone -= {
        one.pointer
        for path in kept
        for one in definition.all_steps
        if one.pointer[: len(path.pointer)] == path.pointer
    }
    ids = {one.id for one in definition.all_steps if one.pointer in gone and one.id}
    users = {
        one.user.pointer: one.user
        for one in references(definition)
        if one.kind == "message" and one.counts and one.target in ids and one.user.pointer not in gone
    }
    return tuple(users.values())


def inside(definition: Definition, step: Step) -> list[Step]:
    """Return a step and those in its paths."""
    return [one for one in definition.all_steps if is_inside(one, step)]


def _moved(definition: Definition, step: Step, spot: Spot) -> Document:
    if spot.pointer[: len(step.pointer)] == step.pointer:
        raise EditRefused("A step can’t be moved into one of its own paths.")
    height = max(one.depth for one in inside(definition, step)) - step.depth
    _refuse_too_deep(spot.depth + height)
    document: Document = plain_copy(definition.document)
    target = _steps_at(document, spot.pointer)
    source = value_at(document, step.pointer[:-1])
    moved = source.pop(position(step))
    is_shifted = source is target and spot.index > position(step)
    target.insert(spot.index - is_shifted, moved)
    return document


def _inserted(definition: Definition, spot: Spot, made: dict[str, Any]) -> Document:
    document: Document = plain_copy(definition.document)
    _steps_at(document, spot.pointer).insert(spot.index, made)
    return document


def _steps_at(document: Document, pointer: Pointer) -> list[Any]:
    """Return the list of steps at a pointer. It is created where a draft has none."""
    holder: Any = document
    for key in pointer[:-1]:
        if isinstance(holder, dict) and not isinstance(holder.get(key), dict | list):
            holder[key] = {}
        holder = holder[key]
    if not isinstance(holder.get(pointer[-1]), list):
        holder[pointer[-1]] = []
    found: list[Any] = holder[pointer[-1]]
    return found


def _refuse_too_many(definition: Definition, more: int) -> None:
    if len(definition.all_steps) + more > MAX_STEPS:
        raise EditRefused(f"A workflow can have up to {MAX_STEPS} steps.")


def _refuse_too_deep(depth: int) -> None:
    if depth > MAX_NESTING:
        raise EditRefused(f"Steps can be up to {MAX_NESTING} branches deep.")
