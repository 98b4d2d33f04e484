"""The filters that merge tags may use, with limited results.

They replace the filters of the library, which mark text as safe HTML, read the clock, and let a short
template grow to gigabytes. Here a value is always plain text, the time comes from the context, and the size
of every result is limited.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote_plus

from liquid import RenderContext
from liquid.exceptions import OutputStreamLimitError
from liquid.filter import with_context

from app.platform.text.formats import LONG_DATE, TIME

MAX_VALUE = 20_000
SPACES = re.compile(r"\s+")


def plain(value: Any) -> str:
    """Return a value as plain text; lists are joined with commas, other unknown types give an empty text."""
    if isinstance(value, str):
        return value[:MAX_VALUE]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return f"{_day(value)}, {value:{TIME}}"
    if isinstance(value, date):
        return _day(value)
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else ""
    if isinstance(value, float | Decimal):
        return _number(value)
    if isinstance(value, list | tuple):
        flat = (plain(one) for one in value[:100] if not isinstance(one, list | tuple))
        return ", ".join(filter(None, flat))
    return ""


def _day(value: date) -> str:
    return f"{value:{LONG_DATE}}"


def _number(value: float | Decimal) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}" if value.is_finite() and abs(value.adjusted()) < 30 else ""
    if value != value or abs(value) > 1e15:
        return ""
    return str(int(value)) if value == int(value) else f"{value:.10g}"


def _limited(text: str) -> str:
    if len(text) > MAX_VALUE:
        raise OutputStreamLimitError("value too long", token=None)
    return text


def _default(value: Any, instead: Any = "", **_: Any) -> Any:
    return instead if value is False or plain(value).strip() == "" else value


def _replace(value: Any, old: Any, new: Any = "", times: int = -1) -> str:
    text, wanted, put = plain(value), plain(old), plain(new)
    if not wanted:
        return text
    found = text.count(wanted)
    if len(text) + found * (len(put) - len(wanted)) > MAX_VALUE:
        raise OutputStreamLimitError("value too long", token=None)
    return text.replace(wanted, put, times)


def _truncate(value: Any, length: Any = 50, end: Any = "…") -> str:
    text, tail, room = plain(value), plain(end), max(int(length), 0)
    return text if len(text) <= room else text[: max(room - len(tail), 0)] + tail


def _truncate_words(value: Any, count: Any = 15, end: Any = "…") -> str:
    words = plain(value).split()
    return " ".join(words) if len(words) <= int(count) else " ".join(words[: max(int(count), 1)]) + plain(end)


def _split(value: Any, at: Any = " ") -> list[str]:
    text, mark = plain(value), plain(at)
    return text.split(mark)[:100] if mark else list(text[:100])


def _join(value: Any, between: Any = " ") -> str:
    return _limited(plain(between).join(plain(one) for one in _items(value)))


def _items(value: Any) -> list[Any]:
    return list(value[:100]) if isinstance(value, list | tuple) else [value]


def _slice(value: Any, start: Any, length: Any = 1) -> str:
    text, first, count = plain(value), int(start), max(int(length), 0)
    first = max(first + len(text), 0) if first < 0 else first
    return text[first : first + count]


@with_context
def _date(value: Any, how: Any = LONG_DATE, *, context: RenderContext) -> str:
    if value in ("now", "today"):
        value = context.globals.get("now", "")
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return value.strftime(plain(how)[:100]) if isinstance(value, date) else plain(value)


def _amount(value: Any) -> Decimal:
    try:
        number = Decimal(plain(value).strip() or "0")
    except InvalidOperation:
        return Decimal(0)
    return number if number.is_finite() and abs(number) < 10**15 else Decimal(0)


def _calculated(work: Callable[[Decimal, Decimal], Decimal]) -> Callable[..., Decimal]:
    def run(value: Any, other: Any = 0) -> Decimal:
        return work(_amount(value), _amount(other)).quantize(Decimal("1.000000")).normalize()

    return run


def _round(value: Any, places: Any = 0) -> Decimal:
    return round(_amount(value), min(max(int(places), 0), 6))


def _wording(work: Callable[[str], str]) -> Callable[[Any], str]:
    return lambda value: work(plain(value))


_FILTERS: dict[str, Callable[..., Any]] = {
    "default": _default,
    "upcase": _wording(str.upper),
    "downcase": _wording(str.lower),
    "capitalize": _wording(lambda text: text[:1].upper() + text[1:]),
    "strip": _wording(str.strip),
    "lstrip": _wording(str.lstrip),
    "rstrip": _wording(str.rstrip),
    "squish": _wording(lambda text: SPACES.sub(" ", text).strip()),
    "strip_newlines": _wording(lambda text: text.replace("\r", "").replace("\n", "")),
    "escape": _wording(str),
    "url_encode": _wording(quote_plus),
    "append": lambda value, more: _limited(plain(value) + plain(more)),
    "prepend": lambda value, more: _limited(plain(more) + plain(value)),
    "replace": _replace,
    "replace_first": lambda value, old, new="": _replace(value, old, new, 1),
    "remove": lambda value, old: _replace(value, old),
    "remove_first": lambda value, old: _replace(value, old, "", 1),
    "truncate": _truncate,
    "truncatewords": _truncate_words,
    "split": _split,
    "join": _join,
    "first": lambda value: _items(value)[0] if _items(value) else "",
    "last": lambda value: _items(value)[-1] if _items(value) else "",
    "size": lambda value: len(value) if isinstance(value, list | tuple | str) else 0,
    "slice": _slice,
    "date": _date,
    "plus": _calculated(lambda one, other: one + other),
    "minus": _calculated(lambda one, other: one - other),
    "times": _calculated(lambda one, other: one * other),
    "divided_by": _calculated(lambda one, other: one / other),
    "modulo": _calculated(lambda one, other: one % other),
    "round": _round,
    "ceil": lambda value: _amount(value).to_integral_value("ROUND_CEILING"),
    "floor": lambda value: _amount(value).to_integral_value("ROUND_FLOOR"),
    "abs": lambda value: abs(_amount(value)),
    "at_least": lambda value, low: max(_amount(value), _amount(low)),
    "at_most": lambda value, high: min(_amount(value), _amount(high)),
}


def _forgiving(work: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a filter so that invalid use leaves the value unchanged."""

    def run(value: Any, *given: Any, **named: Any) -> Any:
        try:
            return work(value, *given, **named)
        except (TypeError, ValueError, ArithmeticError):
            return value

    run.with_context = getattr(work, "with_context", False)  # type: ignore[attr-defined]
    return run


FILTERS: dict[str, Callable[..., Any]] = {name: _forgiving(work) for name, work in _FILTERS.items()}
