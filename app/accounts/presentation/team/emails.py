"""The words of the email that invites a person."""

from collections.abc import Mapping
from typing import Any

from app.accounts.application.system_emails import register_email
from app.accounts.application.team.invitations import EMAIL, PURPOSE
from app.accounts.domain.team import INVITATION_LIFETIME, a_role
from app.accounts.presentation.security.password_emails import user_email
from app.platform.encryption import decrypted_saved
from app.platform.mail import SystemEmail
from app.platform.settings import current


def register() -> None:
    register_email(EMAIL, _invitation)


def _invitation(facts: Mapping[str, Any], _invitation_id: str) -> SystemEmail:
    token = decrypted_saved(str(facts["token"]), PURPOSE) or ""
    as_role, days = a_role(str(facts["role"])), INVITATION_LIFETIME.days
    return user_email(
        f"{facts['inviter']} invited you to {facts['account']} on Muster",
        [
            f"Accept the invitation to work in {facts['account']} as {as_role}. The link works once, within "
            f"{days} days.",
            "If you weren’t expecting this, ignore this email.",
        ],
        f"{current().public_url}/invitations/{token}",
        "Accept invitation",
    )
