"""API tokens: their form, scopes, and lifetime."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from app.accounts.domain.actors import Permission

TOKEN_PREFIX: Final = "muster_"  # secret scanners recognize tokens by it
SHOWN_CHARACTERS: Final = len(TOKEN_PREFIX) + 4
MAX_TOKEN_NAME: Final = 80
MAX_TOKENS: Final = 50  # per user
MAX_LIFETIME_DAYS: Final = 3650
LAST_USE_PRECISION: Final = timedelta(minutes=1)

SCOPES: Final[dict[Permission, str]] = {
    Permission.REPORTS: "Read everything",
    Permission.WORKFLOWS: "Change workflows and enroll people",
    Permission.TEMPLATES: "Change templates",
    Permission.CONTACTS: "Change contacts",
    Permission.ACCOUNT: "Change the account’s settings",
}


def token_problems(name: str, scopes: Sequence[str], days: int | None) -> dict[str, str]:
    """Validate a new token; return {form field: sentence}. `days` is its lifetime, None for no limit."""
    found: dict[str, str] = {}
    if not name:
        found["name"] = "Enter a name, such as the program that will use it."
    elif len(name) > MAX_TOKEN_NAME:
        found["name"] = f"Names can have up to {MAX_TOKEN_NAME} characters."
    if not scopes:
        found["scopes"] = "Choose at least one scope."
    elif unknown := sorted(set(scopes) - {scope.value for scope in SCOPES}):
        found["scopes"] = f"Unknown scope: {unknown[0]}."
    if days is not None and not 1 <= days <= MAX_LIFETIME_DAYS:
        found["days"] = f"Enter a number of days from 1 to {MAX_LIFETIME_DAYS:,}."
    return found
