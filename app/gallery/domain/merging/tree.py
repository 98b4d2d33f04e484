"""The steps of a definition as a tree that can be changed, and the document that it makes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from app.gallery.domain.merging.layout import DEFAULT, TOP, Place, path_key
from app.gallery.domain.merging.matching import config_without_paths
from app.workflows.domain import Definition, Step
from app.workflows.domain.definition import Path
from app.workflows.domain.definition.document import Document, plain_copy, value_at


@dataclass(slots=True)
class TreePath:
    """A path: `about` is what the document says of it besides its steps, None if the document has no such
    path, which only a default path may lack."""

    key: str
    about: dict[str, Any] | None
    steps: "list[TreeStep]" = field(default_factory=list)


@dataclass(slots=True)
class TreeStep:
    """A step: `written` is what the document says of it besides its paths."""

    id: str
    written: dict[str, Any]
    paths: list[TreePath]

    @property
    def config(self) -> dict[str, Any]:
        """Its settings, without paths."""
        config: dict[str, Any] = self.written["config"]
        return config

    def walk(self) -> "Iterator[TreeStep]":
        """Yield it and all steps on its paths, in reading order."""
        yield self
        for path in self.paths:
            for step in path.steps:
                yield from step.walk()


class Tree:
    """The steps of a definition. `head` is the rest of its document."""

    def __init__(self, definition: Definition) -> None:
        self.head = {key: plain_copy(value) for key, value in definition.document.items() if key != "steps"}
        self.top = [tree_step(definition, step) for step in definition.steps]

    def walk(self) -> Iterator[TreeStep]:
        for step in self.top:
            yield from step.walk()

    def step(self, step_id: str) -> TreeStep | None:
        return next((step for step in self.walk() if step.id == step_id), None)

    def steps_at(self, place: Place) -> list[TreeStep] | None:
        """Return the list of steps at a place, to be changed; None if there is no such place."""
        if place == TOP:
            return self.top
        fork = self.step(place[0])
        paths = fork.paths if fork else []
        return next((path.steps for path in paths if path.key == place[1]), None)

    def detach(self, step_id: str) -> tuple[TreeStep, list[TreeStep], int]:
        """Take a step out. Return it, the list that it was in, and its position there."""
        for steps in self._lists():
            for at, step in enumerate(steps):
                if step.id == step_id:
                    del steps[at]
                    return step, steps, at
        raise KeyError(step_id)

    def document(self) -> Document:
        return {**self.head, "steps": [_document(step) for step in self.top]}

    def _lists(self) -> Iterator[list[TreeStep]]:
        yield self.top
        for step in self.walk():
            yield from (path.steps for path in step.paths)


def tree_step(definition: Definition, step: Step, wanted: Callable[[str], bool] = lambda _: True) -> TreeStep:
    """Return a step of a definition with the `wanted` ones of the steps on its paths."""
    written = value_at(definition.document, step.pointer)
    about = {key: plain_copy(value) for key, value in written.items() if key != "config"}
    return TreeStep(
        id=step.id,
        written={**about, "config": plain_copy(config_without_paths(step))},
        paths=[tree_path(definition, path, wanted) for path in step.paths],
    )


def tree_path(definition: Definition, path: Path, wanted: Callable[[str], bool] = lambda _: True) -> TreePath:
    try:
        written = value_at(definition.document, path.pointer)
    except KeyError:
        return TreePath(path_key(path), None)
    about = {key: plain_copy(value) for key, value in written.items() if key != "steps"}
    steps = [tree_step(definition, step, wanted) for step in path.steps if wanted(step.id)]
    return TreePath(path_key(path), about, steps)


def _document(step: TreeStep) -> Document:
    if not step.paths:
        return step.written
    config = {**step.config, "arms": [_path_document(path) for path in step.paths if path.key != DEFAULT]}
    for path in step.paths:
        if path.key == DEFAULT and (path.about is not None or path.steps):
            config[DEFAULT] = _path_document(path)
    return {**step.written, "config": config}


def _path_document(path: TreePath) -> Document:
    return {**(path.about or {}), "steps": [_document(step) for step in path.steps]}
