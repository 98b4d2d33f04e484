"""Form fields of a job's brakes: rows to run first, and limits of failed rows."""

from typing import Any

from wtforms import StringField

from app.bulk_enrollment.domain.brakes.rules import FAILED_PERCENT, Brakes
from app.platform.text.numbers import typed_number


class BrakeFields:
    """The fields, to be mixed into a form. Each is text; blank switches the brake off."""

    canary = StringField("Pause after the first rows")
    failed_percent = StringField("Pause at this percentage of failed rows", default=str(FAILED_PERCENT))
    failed_rows = StringField("Pause at this number of failed rows")


def brake_values(brakes: Brakes) -> dict[str, str]:
    """Return {field: value} to show brakes that were chosen earlier."""
    canary = f"{brakes.canary_percent}%" if brakes.canary_percent else str(brakes.canary_rows or "")
    return {
        "canary": canary,
        "failed_percent": str(brakes.failed_percent or ""),
        "failed_rows": str(brakes.failed_rows or ""),
    }


def read_brakes(form: Any) -> tuple[Brakes, dict[str, str]]:
    """Return the brakes, and {field: sentence} for texts that are not numbers.

    A field that was not sent has its default.
    """
    found: dict[str, str] = {}
    canary = (form.canary.data or "").strip()
    is_percent = canary.endswith("%")
    first = _number(canary.removesuffix("%"))
    percent = _number((form.failed_percent.data or "").strip().removesuffix("%"))
    rows = _number(form.failed_rows.data or "")
    if first == 0:
        found["canary"] = "Enter a number of rows such as 100, or a percentage such as 1%."
    for name, number in (("failed_percent", percent), ("failed_rows", rows)):
        if number == 0:
            found[name] = "Enter a whole number, or leave this empty."
    brakes = Brakes(
        canary_rows=None if is_percent else first or None,
        canary_percent=first or None if is_percent else None,
        failed_percent=percent or None,
        failed_rows=rows or None,
    )
    return brakes, found


def _number(text: str) -> int | None:
    """Return the number, None for no text, or 0 for anything else."""
    return (typed_number(text) or 0) if text.strip() else None
