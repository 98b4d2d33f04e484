"""Whether an event that another system reports is the one that the settings of a part mean."""

from collections.abc import Mapping
from typing import Any

from app.workflows.domain.types.config import Config


def any_event(_: Config, __: Mapping[str, Any]) -> bool:
    """Every event of the type."""
    return True


def same(name: str) -> Any:
    """Return a function: the event has the text of the setting `name`, ignoring case; an empty setting takes
    any."""

    def fits(config: Config, data: Mapping[str, Any]) -> bool:
        wanted, given = config.text(name), data.get(name)
        return not wanted or (isinstance(given, str) and folded(given) == folded(wanted))

    return fits


def purchase(config: Config, data: Mapping[str, Any]) -> bool:
    """The purchase is of the product, and of at least the amount, in the settings."""
    least, amount = config.get("min_amount"), data.get("amount")
    if not same("product")(config, data):
        return False
    if not _is_number(least):
        return True
    return _is_number(amount) and amount is not None and amount >= least


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def folded(text: str) -> str:
    """Return a name as names of events are compared: case and spaces make no difference."""
    return " ".join(text.split()).casefold()
