"""Emails in frames of pages: they run no scripts, fetch only one picture, and open links in new tabs."""

from flask import Response


def email_frame(html: str, picture_url: str = "'none'") -> Response:
    """Return an email as a document for a frame of the same site."""
    answer = Response(html.replace("<head>", '<head><base target="_blank">', 1), mimetype="text/html")
    answer.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src {picture_url}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
        "sandbox allow-popups allow-popups-to-escape-sandbox"
    )
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
