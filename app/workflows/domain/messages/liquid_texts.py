"""The subset of Liquid for messages, parsed with limits and rendered without raising.

The library's lexer needs quadratic time for unclosed or padded tags (20,000 characters can take 18 seconds),
so `refusal` checks the raw text first. In an email, values go through `Marks`, which keeps them apart from
the author's Markdown and HTML.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any, TextIO

from liquid import BoundTemplate, Environment, Mode, RenderContext
from liquid.builtin import content, illegal, output
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.tags import (
    assign_tag,
    case_tag,
    comment_tag,
    for_tag,
    if_tag,
    inline_comment_tag,
    unless_tag,
)
from liquid.exceptions import LiquidError, ResourceLimitError
from liquid.output import LimitedStringIO

from app.workflows.domain.messages.liquid_filters import FILTERS, plain
from app.workflows.domain.messages.marks import Marks

MAX_TEXT = 20_000
MAX_TAG = 400
MAX_TAGS = 300
MAX_OUTPUT = 200_000

LINK_TAGS = frozenset({"account.website", "account.booking_link", "account.review_link", "unsubscribe_link"})
TAGS = (
    content.Literal,
    illegal.Illegal,
    if_tag.IfTag,
    unless_tag.UnlessTag,
    case_tag.CaseTag,
    for_tag.ForTag,
    for_tag.BreakTag,
    for_tag.ContinueTag,
    comment_tag.CommentTag,
    inline_comment_tag.InlineCommentTag,
    assign_tag.AssignTag,
)
VERBATIM = re.compile(r"\{%-?\s{0,20}(raw|doc)\b")
ANY_TAG = re.compile(r"\{\{.{0,400}?\}\}|\{%.{0,400}?%\}", re.DOTALL)


class MessageContext(RenderContext):
    """A render context with the marks of an email, if any."""

    marks: Marks | None = None


class ValueNode(output.OutputNode):
    """`{{ … }}`: writes a plain value, or its mark."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        """Write the value."""
        value = plain(self.expression.evaluate(context))
        marks = context.marks if isinstance(context, MessageContext) else None
        return buffer.write(marks.keep(value, **_nature(self.expression)) if marks else value)


class ValueOutput(output.Output):
    """The output statement that creates `ValueNode`."""

    node_class = ValueNode


class MessageTemplate(BoundTemplate):
    """A parsed message."""

    context_class = MessageContext


class MessageEnvironment(Environment):
    """A Liquid environment with only the tags and filters that a message may use."""

    template_class = MessageTemplate
    block_nesting_limit = 10
    context_depth_limit = 12
    loop_iteration_limit = 200
    local_namespace_limit = 100_000
    output_stream_limit = MAX_OUTPUT

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Register the allowed tags and filters instead of the default ones."""
        for tag in (*TAGS, ValueOutput):
            self.add_tag(tag)
        self.filters.update(FILTERS)

    def error(self, exc: Any, msg: str | None = None, token: Any = None) -> None:
        """Raise resource limits in every mode; handle other errors according to the mode."""
        if isinstance(exc, ResourceLimitError):
            raise exc
        super().error(exc, msg, token)


STRICT = MessageEnvironment()
LENIENT = MessageEnvironment(tolerance=Mode.LAX, strict_filters=False)


def refusal(text: str) -> str:
    """Return why a text must not be parsed, as a sentence; empty if it may be."""
    if len(text) > MAX_TEXT:
        return f"The text is longer than {MAX_TEXT:,} characters."
    if VERBATIM.search(text):
        return "“raw” and “doc” can’t be used in messages."
    at = count = 0
    while (start := _next_tag(text, at)) >= 0:
        closing = "}}" if text[start + 1] == "{" else "%}"
        end = text.find(closing, start + 2)
        if end < 0:
            return f"“{text[start : start + 30].strip()}” isn’t closed: {closing} is missing."
        if end - start > MAX_TAG:
            return f"“{text[start : start + 30].strip()}…” is too long for a merge tag."
        count += 1
        at = end + 2
    return f"There are {count} merge tags; the maximum is {MAX_TAGS}." if count > MAX_TAGS else ""


def _next_tag(text: str, at: int) -> int:
    found = [place for place in (text.find("{{", at), text.find("{%", at)) if place >= 0]
    return min(found, default=-1)


def parse_strictly(text: str) -> BoundTemplate:
    """Parse a text. Raises `LiquidError`; call `refusal` first."""
    return STRICT.from_string(text)


@lru_cache(maxsize=256)
def _parse_leniently(text: str) -> BoundTemplate | None:
    if refusal(text):
        return None
    try:
        return LENIENT.from_string(text)
    except LiquidError:
        return None


def fill(text: str, context: Mapping[str, Any], marks: Marks | None = None) -> str:
    """Return the text with its values inserted, within the limits. Unparsable text loses its tags."""
    if "{{" not in text and "{%" not in text:
        return text[:MAX_TEXT]
    template = _parse_leniently(text)
    if template is None:
        return ANY_TAG.sub("", text[:MAX_TEXT])
    buffer = LimitedStringIO(limit=MAX_OUTPUT)
    values = MessageContext(template, globals=template.make_globals(dict(context)))
    values.marks = marks
    with suppress(LiquidError, RecursionError, ArithmeticError, TypeError, ValueError, AttributeError):
        template.render_with_context(values, buffer)
    return buffer.getvalue()


def _nature(expression: Any) -> dict[str, bool]:
    """Return the flags `link` and `encoded` of a value: an account's own link; URL-encoded already."""
    if not isinstance(expression, FilteredExpression):
        return {}
    path = expression.left.path if isinstance(expression.left, Path) else []
    name = ".".join(str(part) for part in path)
    last = expression.filters[-1].name if expression.filters else ""
    return {"link": name in LINK_TAGS, "encoded": last == "url_encode"}
