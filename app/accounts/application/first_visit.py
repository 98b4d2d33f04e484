"""Who may make the owner of a fresh installation: whoever sits at the machine, or knows the token that
its terminal printed."""

import ipaddress
import secrets
from urllib.parse import urlsplit

from app.accounts.infrastructure import queries, setup_token
from app.platform.errors import Invalid, NotAllowed
from app.platform.settings import Settings


def installation_is_new() -> bool:
    """Whether nobody owns this installation yet."""
    return queries.installation_is_new()


def first_visit_token(settings: Settings, is_forwarded: bool = False) -> str | None:
    """What the first visitor has to know: None when only this machine can reach us or an owner exists.
    `is_forwarded` means that the visitor came through a proxy, which nobody has told us of."""
    if not is_forwarded and not _strangers_can_come(settings):
        return None
    if not queries.installation_is_new():
        setup_token.forget_token(settings.data_dir)
        return None
    return setup_token.kept_token(settings.data_dir)


def refuse_unknown_host(settings: Settings, host: str) -> None:
    """Raises NotAllowed where no token is asked for and `host`, the name by which the browser came, is none
    of this machine's own: somebody else's page may have led the browser here, or a proxy that we do not know
    of lets strangers in."""
    if _strangers_can_come(settings) or _is_this_machine(_name_in(f"//{host}")):
        return
    raise NotAllowed(
        "NOT_ALLOWED",
        f"Muster doesn’t recognize the address “{host[:100]}”. Set it up at "
        f"http://localhost:{settings.port} on its own machine. To set it up "
        "from elsewhere, start it with PUBLIC_URL set to the address people use.",
    )


def check_first_visit(settings: Settings, typed: str, is_forwarded: bool = False) -> None:
    """Raises Invalid with `fields` unless `typed` is the token, where one is asked for."""
    token = first_visit_token(settings, is_forwarded)
    if token is None or secrets.compare_digest(token.encode(), typed.strip().encode()):
        return
    sentence = "This isn’t the token that was printed in Muster’s terminal."
    raise Invalid("VALIDATION_ERROR", sentence, fields={"token": sentence})


def end_first_visit(settings: Settings) -> None:
    """The token has done its work."""
    setup_token.forget_token(settings.data_dir)


def _strangers_can_come(settings: Settings) -> bool:
    is_public = bool(settings.public_url) and not _is_this_machine(_name_in(settings.public_url))
    return is_public or not settings.is_loopback or settings.trusted_proxies > 0


def _name_in(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_this_machine(name: str) -> bool:
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
