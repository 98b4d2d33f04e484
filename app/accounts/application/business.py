"""Read and change the business details of an account, which fill merge tags in messages."""

import hashlib
from typing import Any

from app.accounts.application.permissions import require
from app.accounts.domain import Actor, Permission
from app.accounts.domain.business import (
    BusinessDetails,
    details_problems,
    logo_problem,
    logo_type,
    tidy_details,
)
from app.accounts.infrastructure import store
from app.accounts.infrastructure.business import business_of, content_of_logo
from app.activity import application as activity
from app.platform.database import transaction
from app.platform.errors import Invalid, NotFound


def business_details(account_id: int) -> BusinessDetails:
    """Return the account's business details; details that are not set are empty strings."""
    found = business_of(account_id)
    if found is None:
        return BusinessDetails()
    return BusinessDetails(
        website=found.website,
        phone=found.phone,
        postal_address=found.postal_address,
        booking_link=found.booking_link,
        review_link=found.review_link,
        color=found.color,
        logo=found.logo_mark,
    )


def filled_tags(account_id: int) -> frozenset[str]:
    """Return the merge tags that have a value, such as “account.website”."""
    texts = business_details(account_id).texts
    return frozenset(f"account.{name}" for name, text in texts.items() if text)


def change_business(
    actor: Actor, typed: dict[str, str], *, logo: bytes | None = None, remove_logo: bool = False
) -> None:
    """Change the details named in `typed` ({name: text}) and, if given, the logo.

    Raises Invalid with `fields` ({name: sentence}) if any value is rejected; nothing is changed then.
    """
    require(actor, Permission.ACCOUNT)
    tidy = {name: text for name, text in tidy_details(typed).items() if name in BusinessDetails().typed}
    fields = details_problems(tidy, actor.country)
    if logo is not None and (problem := logo_problem(logo)):
        fields["logo"] = problem
    if fields:
        raise Invalid.in_fields(fields)
    with transaction():
        known = business_details(actor.account_id)
        wanted: dict[str, Any] = {name: text for name, text in tidy.items() if getattr(known, name) != text}
        mark = hashlib.sha256(logo).hexdigest()[:16] if logo is not None else ""
        if logo is not None and mark != known.logo:
            wanted |= {"logo": logo, "logo_mark": mark}
        elif remove_logo and logo is None and known.logo:
            wanted |= {"logo": None, "logo_mark": ""}
        if wanted:
            store.save_business(actor.account_id, wanted)
            changed = [name for name in wanted if name != "logo_mark"]
            activity.record(
                actor,
                "business_details_changed",
                "account",
                actor.account_id,
                name=actor.account_name,
                changed=changed,
            )


def logo_of(actor: Actor) -> tuple[bytes, str]:
    """Return (content, media type) of the account's logo. Raises NotFound."""
    require(actor, Permission.REPORTS)
    content = content_of_logo(actor.account_id)
    media_type = logo_type(content) if content else None
    if content is None or media_type is None:
        raise NotFound("NOT_FOUND", "No logo has been added.")
    return content, media_type
