"""The parser of JSON documents, which turns any JSON into a `Definition`, however broken it is.

Invalid steps are skipped and deep nesting is cut off, so that an invalid draft can still be drawn. Structural
errors are recorded as faults.
"""

from typing import Any

from app.workflows.domain.definition.document import Document
from app.workflows.domain.definition.form import (
    GOAL_KEYS,
    NOT_A_WORKFLOW,
    STEP_KEYS,
    TRIGGER_KEYS,
    goals_faults,
    part_faults,
    whole_faults,
)
from app.workflows.domain.definition.parts import (
    TRIGGER_ID,
    Definition,
    Fault,
    Goal,
    Path,
    Pointer,
    Step,
    Trigger,
)
from app.workflows.domain.steps import GOALS, STEPS, TRIGGERS
from app.workflows.domain.types.config import Config
from app.workflows.domain.types.declarations import ForkType

HARD_NESTING = 20
EVERYONE_ELSE = "Everyone else"


def parse(document: Any) -> Definition:
    """Parse a document. Never raises. The document is kept by reference: do not modify it."""
    written: Document = document if isinstance(document, dict) else {}
    found: list[Step | None] = []
    steps = _Steps(found).read(written.get("steps"), ("steps",), (), 0, is_live=True)
    goals = written.get("goals")
    return Definition(
        document=written,
        trigger=_trigger(written.get("trigger")),
        steps=steps,
        all_steps=tuple(step for step in found if step),
        goals=_goals(goals),
        match="all" if _dict(goals).get("match") == "all" else "any",
        is_readable=isinstance(document, dict),
        faults=tuple(whole_faults(written)) if isinstance(document, dict) else (Fault("", NOT_A_WORKFLOW),),
        goal_faults=tuple(goals_faults(goals)),
    )


def _trigger(value: Any) -> Trigger:
    written = _dict(value)
    kind = TRIGGERS.get(written.get("type"))
    return Trigger(
        id=TRIGGER_ID,
        type=_text(written.get("type")),
        kind=kind,
        enabled=written.get("enabled") is not False,
        config=Config(_dict(written.get("config"))),
        pointer=("trigger",),
        faults=tuple(part_faults(written, kind, "trigger", TRIGGER_KEYS)) if written else (),
        exists=bool(written),
        filters=written.get("filters"),
    )


def _goals(value: Any) -> tuple[Goal, ...]:
    found: list[Goal] = []
    for position, written in enumerate(_list(_dict(value).get("items"))):
        if not isinstance(written, dict):
            continue
        kind = GOALS.get(written.get("type"))
        found.append(
            Goal(
                id=_text(written.get("id")),
                type=_text(written.get("type")),
                kind=kind,
                enabled=written.get("enabled") is not False,
                config=Config(_dict(written.get("config"))),
                pointer=("goals", "items", position),
                faults=tuple(part_faults(written, kind, "goal", GOAL_KEYS)),
                index=len(found),
            )
        )
    return tuple(found)


class _Steps:
    """Parser of lists of steps. `found` reserves a place for each step before its paths are parsed."""

    def __init__(self, found: list[Step | None]) -> None:
        self._found = found

    def read(
        self,
        written: Any,
        pointer: Pointer,
        within: tuple[tuple[int, int | str], ...],
        depth: int,
        *,
        is_live: bool,
    ) -> tuple[Step, ...]:
        if depth > HARD_NESTING:
            return ()
        steps = enumerate(_list(written))
        return tuple(
            self._step(step, (*pointer, position), within, depth, is_live)
            for position, step in steps
            if isinstance(step, dict)
        )

    def _step(
        self,
        written: dict[str, Any],
        pointer: Pointer,
        within: tuple[tuple[int, int | str], ...],
        depth: int,
        is_live: bool,
    ) -> Step:
        self._found.append(None)
        number = len(self._found)
        kind, enabled = STEPS.get(written.get("type")), written.get("enabled") is not False
        config = _dict(written.get("config"))
        paths: tuple[Path, ...] = ()
        if kind and kind.fork:
            paths = self._paths(
                kind.fork, config, (*pointer, "config"), (number, within), depth, is_live and enabled
            )
        step = Step(
            id=_text(written.get("id")),
            type=_text(written.get("type")),
            kind=kind,
            enabled=enabled,
            config=Config(config),
            pointer=pointer,
            faults=tuple(part_faults(written, kind, "step", STEP_KEYS)),
            number=number,
            depth=depth,
            within=within,
            paths=paths,
            is_live=is_live and enabled,
        )
        self._found[number - 1] = step
        return step

    def _paths(
        self,
        fork: ForkType,
        config: dict[str, Any],
        pointer: Pointer,
        around: tuple[int, tuple[tuple[int, int | str], ...]],
        depth: int,
        is_live: bool,
    ) -> tuple[Path, ...]:
        """Parse the paths of a fork; if it has a default path, that is always present and last.

        `around` is the number of the fork, and of those around it.
        """
        found: list[Path] = []
        written: list[tuple[int | str, Any, Pointer]] = [
            (index, path, (*pointer, "arms", index)) for index, path in enumerate(_list(config.get("arms")))
        ]
        if fork.has_default:
            written.append(("default", _dict(config.get("default")), (*pointer, "default")))
        for key, path, place in written:
            if not isinstance(path, dict):
                continue
            number, within = around
            inner = (*within, (number, key))
            name = _text(path.get("name"))
            found.append(
                Path(
                    id=_text(path.get("id")),
                    name=(name or EVERYONE_ELSE) if key == "default" else name,
                    key=key,
                    number=key + 1 if isinstance(key, int) else len(written),
                    steps=self.read(path.get("steps"), (*place, "steps"), inner, depth + 1, is_live=is_live),
                    pointer=place,
                    criteria=None if key == "default" else path.get("criteria"),
                    percent=None if key == "default" else path.get("percent"),
                )
            )
        return tuple(found)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
