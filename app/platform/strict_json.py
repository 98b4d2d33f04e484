"""JSON from outside, read strictly: what one reader takes one way and the next another way is refused.

Refused are keys that occur twice in an object, numbers that no database column holds (`NaN`, `1e999`, more
than 20 digits), texts that can't be stored (NUL, halves of a surrogate pair), and deep nesting.
"""

import json
import math
from typing import Any, Final

from app.platform.text.storable import is_storable

MOST_NESTED: Final = 100
_MOST_DIGITS: Final = 20


class NotStrict(ValueError):
    """The text is not JSON that is accepted. `sentence` says why; `where` is the path of the value, such as
    `steps.0.name`, or a key; empty for the whole text."""

    def __init__(self, sentence: str, where: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.where = where


def parse_json(text: str | bytes) -> Any:
    """Return the value of a JSON text, UTF-8 if it is bytes. Raises NotStrict."""
    try:
        value = _decoder.decode(text.decode() if isinstance(text, bytes) else text)
    except json.JSONDecodeError as wrong:
        raise NotStrict(f"See line {wrong.lineno} column {wrong.colno}.") from None
    except UnicodeDecodeError:
        raise NotStrict("Send it as UTF-8.") from None
    except RecursionError:
        raise NotStrict(_TOO_DEEP) from None
    check_storable(value)
    return value


def check_storable(value: Any, path: str = "", depth: int = 0) -> None:
    """Raise NotStrict for texts that neither database stores, and for deep nesting."""
    if depth > MOST_NESTED:
        raise NotStrict(_TOO_DEEP)
    match value:
        case str():
            if not is_storable(value):
                raise NotStrict("Contains characters that can’t be stored.", path)
        case dict():
            for key, each in value.items():
                check_storable(key, path, depth)
                check_storable(each, f"{path}.{key}" if path else key, depth + 1)
        case list():
            for position, each in enumerate(value):
                if not isinstance(each, int | float):
                    check_storable(each, f"{path}.{position}", depth + 1)


_TOO_DEEP: Final = f"Objects and lists can be nested up to {MOST_NESTED} levels deep."
_NO_NUMBER: Final = f"Numbers can have up to {_MOST_DIGITS} digits; NaN and Infinity aren’t JSON."


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise NotStrict("This key occurs twice in the same object.", twice)
    return made


def _integer(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise NotStrict(_NO_NUMBER)
    return int(text)


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise NotStrict(_NO_NUMBER)
    return number


def _constant(_text: str) -> Any:
    raise NotStrict(_NO_NUMBER)


_decoder: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
)
