"""The doors of the room: `require`, `limit_of`, and the use cases of people and accounts."""

from app.accounts.application.business import (
    business_details,
    change_business,
    filled_tags,
    logo_of,
)
from app.accounts.application.first_visit import (
    check_first_visit,
    end_first_visit,
    first_visit_token,
    installation_is_new,
    refuse_unknown_host,
)
from app.accounts.application.limits import change_limits, highest_limits, own_limits
from app.accounts.application.members import (
    actor_of,
    add_person,
    change_account,
    create_owner,
    create_sub_account,
    refuse_second_owner,
    terminal_actor,
    worker_for,
)
from app.accounts.application.permissions import limit_of, lock, require
from app.accounts.application.sessions import (
    begin_session,
    discard_expired_sessions,
    end_other_sessions,
    end_session,
    user_of_session,
)

__all__ = [
    "actor_of",
    "add_person",
    "begin_session",
    "business_details",
    "change_account",
    "change_business",
    "change_limits",
    "check_first_visit",
    "create_owner",
    "create_sub_account",
    "discard_expired_sessions",
    "end_first_visit",
    "end_other_sessions",
    "end_session",
    "filled_tags",
    "first_visit_token",
    "highest_limits",
    "installation_is_new",
    "limit_of",
    "lock",
    "logo_of",
    "own_limits",
    "refuse_second_owner",
    "refuse_unknown_host",
    "require",
    "terminal_actor",
    "user_of_session",
    "worker_for",
]
