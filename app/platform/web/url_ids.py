"""Numbers in URLs: decimal ASCII digits, up to the largest id that a database holds."""

from werkzeug.routing import IntegerConverter

from app.platform.ids import HIGHEST_ID


class IdConverter(IntegerConverter):
    """`<int:…>` in routes. Werkzeug’s own also takes the digits of other alphabets, and numbers that are too
    large for any column; those become the largest id, which nothing has."""

    regex = "[0-9]{1,19}"

    def to_python(self, value: str) -> int:
        return min(int(super().to_python(value)), HIGHEST_ID)
