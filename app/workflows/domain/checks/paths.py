"""Judges the paths of a branch or a split: how many, their names, conditions and percentages."""

from collections.abc import Iterator
from typing import Any

from app.contacts.domain.criteria import criteria_problems
from app.workflows.domain.checks.setting_values import Known, custom_field_problems
from app.workflows.domain.definition.document import BRANCH_ARMS, MAX_NAME, SPLIT_ARMS
from app.workflows.domain.definition.walk import config_of, text_of

KEYS = {"branch": ("id", "name", "criteria", "steps"), "split": ("id", "name", "percent", "steps")}


def fork_problems(step: dict[str, Any], known: Known) -> Iterator[tuple[str, str]]:
    """(field, message) of everything wrong with the paths of a branch or split; nothing for other steps."""
    kind = step.get("type")
    if kind != "branch" and kind != "split":
        return
    config = config_of(step)
    arms = config.get("arms")
    if not isinstance(arms, list):
        yield "arms", "Add paths."
        return
    yield from _number(kind, len(arms))
    for number, arm in enumerate(arms, 1):
        yield from _arm(kind, number, arm, known)
    if kind == "split":
        yield from _percentages(arms)
    elif "default" in config:
        yield from _default(config["default"])
    yield from _same_names(arms)


def _number(kind: str, count: int) -> Iterator[tuple[str, str]]:
    if kind == "branch" and not 1 <= count <= BRANCH_ARMS[1]:
        yield (
            "arms",
            f"A branch needs 1 to {BRANCH_ARMS[1]} paths with conditions, plus one for everyone else.",
        )
    if kind == "split" and not SPLIT_ARMS[0] <= count <= SPLIT_ARMS[1]:
        yield "arms", f"A split needs {SPLIT_ARMS[0]} to {SPLIT_ARMS[1]} paths; this one has {count}."


def _arm(kind: str, number: int, arm: Any, known: Known) -> Iterator[tuple[str, str]]:
    field, name = f"arms.{number}", f"Path {number}"
    if not isinstance(arm, dict):
        yield field, f"{name} needs a name and steps."
        return
    yield from _common(field, name, arm, KEYS[kind])
    if not isinstance(arm.get("name"), str) or not arm["name"].strip():
        yield f"{field}.name", f"{name} needs a name."
    if kind == "branch":
        for message in criteria_problems(arm.get("criteria")):
            yield f"{field}.criteria", f"{name}: {message}"
        for message in custom_field_problems(arm.get("criteria"), known):
            yield f"{field}.criteria", f"{name}: {message}"


def _default(default: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(default, dict):
        yield "default", "The path for everyone else needs a name and steps."
    else:
        yield from _common("default", "The path for everyone else", default, ("id", "name", "steps"))


def _common(field: str, name: str, arm: dict[str, Any], keys: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for key in arm:
        if key not in keys:
            yield field, f"{name}: “{key[:40]}” isn’t part of a path."
    if isinstance(arm.get("name"), str) and len(arm["name"]) > MAX_NAME:
        yield f"{field}.name", f"{name}: the name is longer than {MAX_NAME} characters."
    if "name" in arm and arm["name"] is not None and not isinstance(arm["name"], str):
        yield f"{field}.name", f"{name}: the name must be text."
    steps = arm.get("steps", [])
    if not isinstance(steps, list):
        yield f"{field}.steps", f"{name}: the steps must be a list."
    elif any(not isinstance(step, dict) for step in steps):
        yield f"{field}.steps", f"{name}: every step needs a type and settings."


def _percentages(arms: list[Any]) -> Iterator[tuple[str, str]]:
    given = [arm.get("percent") if isinstance(arm, dict) else None for arm in arms]
    whole = [one for one in given if isinstance(one, int) and not isinstance(one, bool) and 1 <= one <= 99]
    if len(whole) != len(given):
        yield "arms", "Every path in a split needs a whole percentage from 1 to 99."
    elif sum(whole) != 100:
        yield "arms", f"The percentages must add up to 100; these add up to {sum(whole)}."


def _same_names(arms: list[Any]) -> Iterator[tuple[str, str]]:
    names = [text_of(arm.get("name")).strip() for arm in arms if isinstance(arm, dict)]
    doubled = next((name for name in names if name and names.count(name) > 1), None)
    if doubled:
        yield "arms", f"Two paths are named “{doubled[:40]}”."
