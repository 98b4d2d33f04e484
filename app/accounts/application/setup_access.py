"""Access control for initial setup, while the installation has no owner.

A browser on the same machine needs no token. If other machines can reach the installation, the person must
enter the setup token that is printed in the terminal.
"""

import ipaddress
import secrets
from urllib.parse import urlsplit

from app.accounts.infrastructure import queries, setup_token
from app.platform.errors import Invalid, NotAllowed
from app.platform.settings import Settings


def installation_is_new() -> bool:
    """Return True if no user exists yet."""
    return queries.installation_is_new()


def required_setup_token(settings: Settings, is_forwarded: bool = False) -> str | None:
    """Return the setup token, or None if none is required: only this machine can connect, or an owner exists.

    `is_forwarded`: the request came through a proxy, so a loopback address does not prove a local browser.
    Deletes the token file once an owner exists.
    """
    if not is_forwarded and not _is_remotely_reachable(settings):
        return None
    if not queries.installation_is_new():
        setup_token.delete_token(settings.data_dir)
        return None
    if settings.is_sqlite or settings.embedded_queue:
        return setup_token.load_or_create_token(settings.data_dir)
    return setup_token.derived_token(settings.secret_key)


def refuse_unknown_host(settings: Settings, host: str) -> None:
    """Raise NotAllowed if no token is required and `host` (the Host header) does not name this machine.

    Protects setup against DNS rebinding and against a proxy that the settings do not mention.
    """
    if _is_remotely_reachable(settings) or _is_loopback_name(_host_name(f"//{host}")):
        return
    raise NotAllowed(
        "NOT_ALLOWED",
        f"Muster doesn’t recognize the address “{host[:100]}”. Set it up at "
        f"http://localhost:{settings.port} on its own machine. To set it up "
        "from elsewhere, start it with PUBLIC_URL set to the address people use.",
    )


def comes_from_this_machine(settings: Settings, host: str, sender: str | None, is_forwarded: bool) -> bool:
    """Return whether a request can only come from this machine: nothing else reaches this installation, and
    neither does a proxy, as far as the settings and the request say."""
    is_near = _is_loopback_name((sender or "").partition("%")[0]) and _is_loopback_name(
        _host_name(f"//{host}")
    )
    return is_near and not is_forwarded and not _is_remotely_reachable(settings)


def check_setup_token(settings: Settings, typed: str, is_forwarded: bool = False) -> None:
    """Raise Invalid with `fields` if a setup token is required and `typed` is not that token."""
    token = required_setup_token(settings, is_forwarded)
    if token is None or secrets.compare_digest(token.encode(), typed.strip().encode()):
        return
    sentence = "This isn’t the token that was printed in Muster’s terminal."
    raise Invalid.in_fields({"token": sentence})


def discard_setup_token(settings: Settings) -> None:
    """Delete the setup token. Call it after the owner is created."""
    setup_token.delete_token(settings.data_dir)


def _is_remotely_reachable(settings: Settings) -> bool:
    is_public = bool(settings.public_url) and not _is_loopback_name(_host_name(settings.public_url))
    return is_public or not settings.is_loopback or settings.trusted_proxies > 0


def _host_name(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_loopback_name(name: str) -> bool:
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
