"""Addresses of the queue server that name Sentinel: `redis+sentinel://host1:26379,host2:26379/service/0`."""

from dataclasses import dataclass, field
from functools import cache
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

SCHEMES: Final = ("redis+sentinel", "rediss+sentinel")
_PORT: Final = 26_379
_OPTIONS: Final = ("sentinel_username", "sentinel_password", "ssl_ca_certs")
_FORM: Final = "must look like redis+sentinel://user:password@host1:26379,host2:26379/mymaster/0"


@dataclass(frozen=True)
class SentinelAddress:
    """`hosts` are (name, port) of the Sentinel processes; user name and password are those of the primary."""

    hosts: tuple[tuple[str, int], ...]
    service: str
    database: int
    is_secure: bool
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    sentinel_username: str | None = None
    sentinel_password: str | None = field(default=None, repr=False)
    ca_certs: str | None = None


@cache
def sentinel_address(url: str) -> SentinelAddress | None:
    """Return what the address says, or None if it is not of Sentinel. Raises ValueError, with a text that
    follows the name of the setting."""
    scheme = url.partition("://")[0]
    if scheme not in SCHEMES:
        return None
    parts = urlsplit(url)
    user, _, names = parts.netloc.rpartition("@")
    username, _, password = user.partition(":")
    service, _, database = unquote(parts.path).strip("/").partition("/")
    options = dict(parse_qsl(parts.query))
    if not service or not (database or "0").isdigit() or options.keys() - set(_OPTIONS):
        raise ValueError(_FORM)
    return SentinelAddress(
        hosts=tuple(map(_host, names.split(","))),
        service=service,
        database=int(database or 0),
        is_secure=scheme == "rediss+sentinel",
        username=unquote(username) or None,
        password=unquote(password) or None,
        sentinel_username=options.get("sentinel_username"),
        sentinel_password=options.get("sentinel_password"),
        ca_certs=options.get("ssl_ca_certs"),
    )


def _host(text: str) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{text.strip()}")
        name, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(_FORM) from None
    if not name or port == 0:
        raise ValueError(_FORM)
    return name, port or _PORT
