"""How values in a form or in a file's columns are written."""

from typing import NamedTuple

from app.platform.text.dates import DateStyle, is_month_first


class ValueStyle(NamedTuple):
    """How values in a form or a file's columns are written.

    `country` is the account's (ISO 3166 alpha-2), for phone numbers without a country code. `dates` is the
    date style, None for the country's. `international`: phone numbers include a country code even without a
    plus.
    """

    country: str = ""
    dates: DateStyle | None = None
    international: bool = False

    @property
    def date_style(self) -> DateStyle:
        """The chosen date style, or the usual one of the country."""
        return self.dates or DateStyle(is_month_first(self.country))
