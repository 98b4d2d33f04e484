"""Addresses of servers, as settings have them. What is wrong is a ValueError, whose text follows the name of
the setting in a sentence."""

import contextlib
import ipaddress
import re
from urllib.parse import unquote, urlsplit

from app.platform.settings.sentinel import sentinel_address


def web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must look like https://muster.example.com")
    return text.rstrip("/")


def mail_server(text: str) -> str:
    parts = urlsplit(text)
    with contextlib.suppress(ValueError):  # of the port
        if parts.scheme in ("smtp", "smtps", "starttls") and parts.hostname and parts.port != 0:
            return text
    raise ValueError("must look like smtps://user:password@host:465 (smtp://, smtps://, or starttls://)")


def mail_sender(text: str) -> str:
    name, _, host = text.rpartition("@")
    if not name or not host or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("must be an email address")
    return text


def name_servers(text: str) -> tuple[tuple[str, int], ...]:
    """Read addresses such as 192.0.2.53, 192.0.2.53:5353, or [2001:db8::53]:5353."""
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        try:
            parts = urlsplit(f"//{part}" if part.count(":") < 2 or "]" in part else f"//[{part}]")
            found.append((str(ipaddress.ip_address(parts.hostname or "")), parts.port or 53))
        except ValueError:
            raise ValueError("must be IP addresses separated by commas, such as 192.0.2.53") from None
    return tuple(found)


def database_server(text: str) -> str:
    from sqlalchemy.engine import make_url  # who needs settings only starts quicker without it
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(text)
    except ArgumentError:
        raise ValueError("must look like postgresql://user:password@host:5432/name") from None
    backend = url.get_backend_name()
    if backend in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if backend == "sqlite" and url.database:
        return text
    raise ValueError("must be a PostgreSQL address (or an SQLite file)")


def queue_server(text: str) -> str:
    if urlsplit(text).scheme in ("redis", "rediss", "unix") or sentinel_address(text) is not None:
        return text
    raise ValueError("must start with redis://, rediss://, unix://, redis+sentinel://, or rediss+sentinel://")


def request_headers(text: str) -> tuple[tuple[str, str], ...]:
    """Read name=value pairs separated by commas, as OpenTelemetry defines them: values are URL-encoded."""
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    found = tuple((name.strip(), unquote(value.strip())) for name, _, value in pairs)
    for name, value in found:
        if not re.fullmatch(r"[A-Za-z0-9-]+", name) or not value.isprintable() or not value.isascii():
            raise ValueError("must look like authorization=Bearer%20TOKEN,tenant=1")
    return found
