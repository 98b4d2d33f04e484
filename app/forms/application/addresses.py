"""The addresses of forms' pages, which everyone may open."""

from typing import Final

from app.platform.settings import current

PATH: Final = "/f"


def form_url(public_id: str) -> str:
    """Return the address of a form's page; only its path without PUBLIC_URL."""
    return f"{current().public_url}{PATH}/{public_id}"
