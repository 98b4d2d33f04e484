"""Files that users and programs download."""

import unicodedata
from collections.abc import Iterator
from urllib.parse import quote

from flask import Response, stream_with_context


def csv_file(chunks: Iterator[bytes], name: str) -> Response:
    """Return a response that streams a CSV file."""
    answer = Response(stream_with_context(chunks), mimetype="text/csv")
    answer.headers.set("Content-Disposition", "attachment", **_names(name))
    return answer


def _names(name: str) -> dict[str, str]:
    """Return the parameters of Content-Disposition: the file name in ASCII, and in UTF-8."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return {"filename": plain} if plain == name else {"filename": plain, "filename*": "UTF-8''" + quote(name)}
