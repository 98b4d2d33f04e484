"""Commands of a document and the outputs that it shows for them.

A block of the language `sh` is commands; a block of `json` or `text` right after it is their output. In
outputs, `…` stands for anything: in JSON for a value, for further items at the end of a list, or, as a member
`"…": "…"`, for further members; in text for a part of a line or, on a line of its own, for any lines.
IDs and times in JSON differ from run to run, so they have to be of the same kind only.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

ANY = "…"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$(\n*)", re.DOTALL | re.MULTILINE)
_KINDS = (
    re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"),
)


@dataclass(frozen=True)
class Step:
    """Commands, and the output to expect in the format `json` or `text`; None if the document shows none."""

    commands: str
    output: str | None
    format: str


def steps(document: str) -> list[Step]:
    """Return all commands of a document, in order."""
    found: list[Step] = []
    end_of_commands = -1
    for block in _BLOCK.finditer(document):
        language, text, _ = block.groups()
        if language == "sh":
            found.append(Step(text, None, ""))
            end_of_commands = block.end(2) + len("```\n")
        else:
            assert block.start() == end_of_commands, f"output without commands: {text}"
            found[-1] = Step(found[-1].commands, text, language)
    return found


def differences(step: Step, output: str) -> list[str]:
    """Return how the output differs from the documented one."""
    if step.output is None:
        return [] if not output.strip() else [f"an output that is not documented: {output}"]
    if step.format == "json":
        try:
            return list(_differences(json.loads(step.output), json.loads(output), "$"))
        except ValueError as wrong:
            return [f"{wrong}: {output}"]
    lines = [
        r"(.*\n)*?" if line == ANY else ".*".join(map(re.escape, line.split(ANY))) + "\n"
        for line in step.output.splitlines()
    ]
    is_equal = re.fullmatch("".join(lines), output.rstrip("\n") + "\n")
    return [] if is_equal else [f"expected:\n{step.output}\nbut got:\n{output}"]


def _differences(expected: Any, actual: Any, path: str) -> list[str]:
    match expected:
        case str() if expected == ANY:
            return []
        case dict() if isinstance(actual, dict):
            members = {name: value for name, value in expected.items() if name != ANY}
            found = [f"{path} lacks {name}" for name in sorted(set(members) - set(actual))]
            if ANY not in expected:
                found += [f"{path} also has {name}" for name in sorted(set(actual) - set(members))]
            for name in set(members) & set(actual):
                found += _differences(members[name], actual[name], f"{path}.{name}")
            return found
        case list() if isinstance(actual, list):
            items = expected[:-1] if expected[-1:] == [ANY] else expected
            found = []
            if len(actual) < len(items) or (items is expected and len(actual) > len(items)):
                found.append(f"{path} has {len(actual)} items")
            for number, (one, other) in enumerate(zip(items, actual, strict=False)):
                found += _differences(one, other, f"{path}[{number}]")
            return found
        case str() if isinstance(actual, str) and any(
            kind.fullmatch(expected) and kind.fullmatch(actual) for kind in _KINDS
        ):
            return []
    is_same = type(expected) is type(actual) and expected == actual
    return [] if is_same else [f"{path} is {actual!r} instead of {expected!r}"]
