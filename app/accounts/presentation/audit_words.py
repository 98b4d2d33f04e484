"""The words of this room's audit entries."""

from collections.abc import Mapping
from typing import Final

from app.accounts.domain.limits import LIMITS
from app.accounts.infrastructure.team import names_of_invitations
from app.activity import application as activity
from app.activity.application import AuditWords, Facts, Kind, Subject
from app.platform.text.formats import number
from app.platform.text.words import counted

_FIELDS: Final = {"booking_link": "booking page", "review_link": "review page"}


def _changed(facts: Facts) -> str:
    names = [_FIELDS.get(one, one.replace("_", " ")) for one in facts.get("changed", [])]
    return f"({', '.join(names)})" if names else ""


def _as_role(facts: Facts) -> str:
    return f"as {facts['role']}" if facts.get("role") else ""


def _limits(facts: Facts) -> str:
    """“(people per enrollment: 50,000; workflows: default)”."""
    limits = facts.get("limits")
    if not isinstance(limits, Mapping):
        return ""
    words = [
        f"{_limit_name(name)}: {number(value) if isinstance(value, int) else 'default'}"
        for name, value in limits.items()
    ]
    return f"({'; '.join(words)})"


def _limit_name(name: str) -> str:
    """Return what a limit is called; entries may be about one that no longer exists."""
    return LIMITS[name].in_sentence if name in LIMITS else name


_AUDIT_SENTENCES: Final = {
    "account_created": "set up {it}",
    "account_changed": "updated {it}",
    "limits_changed": "updated the limits of {it}",
    "sub_account_created": "created {it}",
    "account_suspended": "suspended {it}",
    "account_reactivated": "reactivated {it}",
    "business_details_changed": "updated the business details of {it}",
    "person_added": "added {it}",
    "person_invited": "invited {it}",
    "invitation_renewed": "renewed the invitation of {it}",
    "invitation_revoked": "revoked the invitation of {it}",
    "person_joined": "accepted an invitation to {it}",
    "role_changed": "changed the role of {it}",
    "person_removed": "removed {it}",
    "profile_changed": "updated the profile of {it}",
    "password_reset": "reset the password of {it} with a link from an email",
    "sessions_ended": "signed {it} out of",
    "two_factor_turned_on": "turned on two-factor authentication for {it}",
    "two_factor_turned_off": "turned off two-factor authentication for {it}",
    "two_factor_reset": "reset two-factor authentication of {it} on the server",
    "recovery_codes_renewed": "created new recovery codes for {it}",
    "recovery_code_used": "signed in as {it} with a recovery code",
    "two_factor_required": "required two-factor authentication in {it}",
    "two_factor_made_optional": "made two-factor authentication optional in {it}",
    "password_set": "set the password of {it} on the server",
    "token_created": "created {it}",
    "token_revoked": "revoked {it}",
}

_LABELS: Final = {
    "sub_account_created": "created a sub-account",
    "account_suspended": "suspended a sub-account",
    "account_reactivated": "reactivated a sub-account",
    "sessions_ended": "signed a person out of browsers",
}


def register() -> None:
    words = AuditWords(
        _AUDIT_SENTENCES,
        subjects={
            "account": Subject("the account ", "the account", "account"),
            "user": Subject("", "a person", "account"),
            "invitation": Subject("", "a person", "account"),
            "token": Subject("the API token ", "an API token", "account"),
        },
        details={
            "profile_changed": _changed,
            "sessions_ended": lambda facts: counted(facts.get("count") or 1, "browser"),
            "person_added": _as_role,
            "person_invited": _as_role,
            "person_joined": _as_role,
            "role_changed": lambda facts: f"from {facts.get('before')} to {facts.get('role')}",
            "person_removed": lambda _facts: "from the team",
            "recovery_code_used": lambda facts: f"({facts['left']} left)" if "left" in facts else "",
            "limits_changed": _limits,
            "business_details_changed": _changed,
            "account_changed": _changed,
        },
        kinds={"account": Kind("Account and team", "All account and team activity")},
        labels=_LABELS,
    )
    activity.register_words("accounts", words)
    activity.register_names("invitation", names_of_invitations)
