"""Titles, codes, and sentences of HTTP errors, by status."""

from typing import Final

TITLES: Final = {
    400: "Bad request",
    401: "Sign in required",
    403: "You don’t have permission",
    404: "Page not found",
    405: "Not supported here",
    409: "That isn’t possible right now",
    412: "Changed in the meantime",
    413: "Too large",
    415: "Unsupported content type",
    422: "Please check your input",
    429: "Too many requests",
    500: "Something went wrong",
    503: "Temporarily unavailable",
    507: "The disk is full",
}

CODES: Final = {
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    429: "RATE_LIMITED",
}

ON_PAGES: Final = {
    404: "The address is wrong, or the page was removed.",
    405: "This address doesn’t support that request.",
    413: "The upload exceeds the size limit of this installation.",
    429: "Too many attempts. Wait a few minutes and try again.",
}

IN_API: Final = {
    404: "There is nothing at this URL. The reference lists all operations: /api/v1/openapi.json.",
    405: "This URL doesn’t support that method; see the Allow header.",
    413: "The body is too large. JSON can have up to 3 MB; send longer lists of people as a file.",
}
