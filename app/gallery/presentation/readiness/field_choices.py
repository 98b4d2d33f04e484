"""The choice of the account's contact fields for those of a template, in forms and addresses."""

from collections.abc import Mapping
from itertools import islice
from typing import Final

from app.gallery.application.field_mapping import FIELDS

MOST: Final = 100


def given_fields(values: Mapping[str, str]) -> dict[str, str]:
    """Return {field of the template: chosen field} of what was sent; empty choices are left out,
    and those beyond MOST."""
    sent = ((name, value) for name, value in values.items() if name.startswith(FIELDS) and value)
    return {name.removeprefix(FIELDS): value for name, value in islice(sent, MOST)}
