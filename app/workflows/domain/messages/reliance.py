"""The merge tags that a text relies on, because a missing value would leave a gap in the message.

Determined from the syntax tree, so every branch counts. A tag with a default, or inside a condition that
tests it, leaves no gap.
"""

from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import Any

from liquid.ast import BlockNode, Node
from liquid.builtin.expressions import FilteredExpression, Path, TernaryFilteredExpression
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.exceptions import LiquidError
from liquid.expression import Expression

from app.workflows.domain.messages.liquid_texts import parse_strictly, refusal
from app.workflows.domain.messages.merge_tags import tag_name

NO_TAGS: frozenset[str] = frozenset()


@lru_cache(maxsize=1024)
def gaps_left(text: str, empty: frozenset[str]) -> frozenset[str]:
    """Return the tags of `empty` (tags without a value) that would leave a gap.

    Empty for a text that cannot be parsed, which is reported separately.
    """
    if refusal(text):
        return NO_TAGS
    try:
        template = parse_strictly(text)
    except (LiquidError, RecursionError):
        return NO_TAGS
    return frozenset(_in_nodes(template.nodes, empty))


def _in_nodes(nodes: Iterable[Node], empty: frozenset[str]) -> Iterator[str]:
    for node in nodes:
        named = node.expressions()
        if isinstance(node, OutputNode | AssignNode):
            for expression in named:
                yield from _in_expression(expression, empty)
            continue
        asked = NO_TAGS if isinstance(node, BlockNode) else frozenset(_tags(named))
        # The allowed tags load no partials for their children, so no context is needed.
        context: Any = None
        yield from _in_nodes(node.children(context), empty - asked)


def _in_expression(expression: Expression, empty: frozenset[str]) -> Iterator[str]:
    if isinstance(expression, TernaryFilteredExpression):
        asked = empty - frozenset(_tags([expression.condition]))
        yield from _in_expression(expression.left, asked)
        if expression.alternative is not None:
            yield from _in_expression(expression.alternative, asked)
    elif isinstance(expression, FilteredExpression):
        yield from _in_filters(expression, empty)
    else:
        yield from _named([expression], empty)


def _in_filters(expression: FilteredExpression, empty: frozenset[str]) -> Iterator[str]:
    """Yield tags in filters. A default covers what precedes it; it is unused if that always has a value."""
    shown = set(_named([expression.left], empty))
    is_certain = not shown and all(tag.startswith("account.") for tag in _tags([expression.left]))
    for one in expression.filters or ():
        given = set(_named((argument.value for argument in one.args), empty))
        is_default = one.name == "default"
        shown = given if is_default and not is_certain else set() if is_default else shown | given
    yield from shown


def _named(expressions: Iterable[Expression], empty: Collection[str]) -> Iterator[str]:
    return (tag for tag in _tags(expressions) if tag in empty)


def _tags(expressions: Iterable[Expression]) -> Iterator[str]:
    for expression in expressions:
        if isinstance(expression, Path):
            yield tag_name(expression.path)
        yield from _tags(expression.children())
