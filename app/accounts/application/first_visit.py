"""Who may make the owner of a fresh installation: whoever sits at the machine, or knows the token that
its terminal printed."""

import secrets

from app.accounts.infrastructure import queries, setup_token
from app.platform.errors import Invalid
from app.platform.settings import Settings


def installation_is_new() -> bool:
    """Whether nobody owns this installation yet."""
    return queries.installation_is_new()


def first_visit_token(settings: Settings) -> str | None:
    """What the first visitor has to know: None when only this machine can reach us or an owner exists."""
    if not _strangers_can_come(settings):
        return None
    if not queries.installation_is_new():
        setup_token.forget_token(settings.data_dir)
        return None
    return setup_token.kept_token(settings.data_dir)


def check_first_visit(settings: Settings, typed: str) -> None:
    """Raises Invalid with `fields` unless `typed` is the token, where one is asked for."""
    token = first_visit_token(settings)
    if token is None or secrets.compare_digest(token.encode(), typed.strip().encode()):
        return
    sentence = "This is not the token that the terminal printed when Muster started."
    raise Invalid("VALIDATION_ERROR", sentence, fields={"token": sentence})


def end_first_visit(settings: Settings) -> None:
    """The token has done its work."""
    setup_token.forget_token(settings.data_dir)


def _strangers_can_come(settings: Settings) -> bool:
    return not settings.is_loopback or settings.trusted_proxies > 0
