"""Safe YAML reading and writing, limited to JSON values.

Times such as 18:30 and words such as “no” stay text, duplicate keys are an error, and dangerous constructs
(aliases, tags, deep nesting, very many values) are refused before anything is built from them.
"""

import re
from typing import Any

import yaml
from yaml.composer import ComposerError
from yaml.constructor import ConstructorError
from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, Event
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

MAX_NESTING = 60
MAX_EVENTS = 100_000
WIDTH = 110
SHORT = 72


class YamlProblem(ValueError):
    """The text is not supported YAML; the message says why and where."""


class _Loader(yaml.CSafeLoader):
    """Loader for JSON values only."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012 (as the library expects it)

    def construct_mapping(self, node: MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for name, _ in node.value:
            if not isinstance(name, ScalarNode) or name.tag != _STR:
                raise ConstructorError(None, None, "a name must be a word", name.start_mark)
            if name.value in seen:
                raise ConstructorError(None, None, f"“{name.value}” appears twice", name.start_mark)
            seen.add(name.value)
        return super().construct_mapping(node, deep)


class _Dumper(yaml.SafeDumper):
    """Dumper with multi-line text as blocks, short values in one line, indented lists, and no aliases."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> MappingNode:
        node = super().represent_mapping(tag, mapping, flow_style)
        node.flow_style = _is_short([one for pair in node.value for one in pair])
        return node

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> SequenceNode:
        node = super().represent_sequence(tag, sequence, flow_style)
        node.flow_style = _is_short(node.value)
        return node


def _is_short(values: list[Node]) -> bool:
    """Return whether values, which may be short lists, fit in one line."""
    length = 0
    for one in values:
        inner = one.value if isinstance(one, SequenceNode) and one.flow_style else [one]
        if not all(isinstance(node, ScalarNode) and node.style != "|" for node in inner):
            return False
        length += sum(len(node.value) + 2 for node in inner)
    return length <= SHORT


def _text_as_block(dumper: yaml.SafeDumper, text: str) -> ScalarNode:
    """Unusual line breaks are escaped, because reading a block turns some of them into plain ones."""
    is_odd = any(one in text for one in _ODD_BREAKS)
    return dumper.represent_scalar(_STR, text, style='"' if is_odd else "|" if "\n" in text else None)


_STR = "tag:yaml.org,2002:str"
_ODD_BREAKS = "\r\x85\u2028\u2029"
_VALUES = (
    ("bool", r"true|false", "tf"),
    ("null", r"null|~|", ["n", "~", ""]),
    ("int", r"0|-?[1-9][0-9]{0,17}", "-0123456789"),
    ("float", r"-?[0-9]{1,18}\.[0-9]{1,18}(?:e[-+][0-9]{1,3})?", "-0123456789"),
)
for _name, _pattern, _first in _VALUES:
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_name}", re.compile(rf"^(?:{_pattern})$"), list(_first)
    )
_Dumper.add_representer(str, _text_as_block)


def read_yaml(text: str) -> Any:
    """Parse YAML into JSON values. Raises YamlProblem."""
    try:
        _refuse_dangers(text)
        return yaml.load(text, Loader=_Loader)  # nosec B506 # _Loader is a SafeLoader
    except yaml.YAMLError as problem:
        raise YamlProblem(_sentence(problem)) from None
    except (ValueError, RecursionError):
        raise YamlProblem("it can’t be read.") from None


def _refuse_dangers(text: str) -> None:
    nesting = 0
    for number, event in enumerate(yaml.parse(text, Loader=_Loader)):
        nesting += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if reason := _refusal(event, nesting, number):
            raise ComposerError(None, None, reason, event.start_mark)  # type: ignore[arg-type]


def _refusal(event: Event, nesting: int, number: int) -> str:
    if isinstance(event, AliasEvent):
        return "aliases (*) can’t be used"
    if getattr(event, "tag", None) is not None:
        return "type tags (!) can’t be used"
    if nesting > MAX_NESTING:
        return "it’s nested too deeply"
    return "it has too many values" if number >= MAX_EVENTS else ""


def written_yaml(content: dict[str, Any]) -> str:
    """Format the content as readable YAML, in its own order."""
    text: str = yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH)
    return text


def _sentence(problem: yaml.YAMLError) -> str:
    what = getattr(problem, "problem", None) or "it can’t be read"
    mark = getattr(problem, "problem_mark", None)
    return f"line {mark.line + 1}: {what}." if mark else f"{what}."
