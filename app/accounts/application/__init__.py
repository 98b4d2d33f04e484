"""Public interface of the accounts room: permission and limit checks, and the use cases."""

from app.accounts.application.business import (
    business_details,
    change_business,
    filled_tags,
    logo_of,
)
from app.accounts.application.limits import change_limits, maximum_limits, own_limits
from app.accounts.application.members import (
    actor_of,
    add_person,
    change_account,
    create_owner,
    create_sub_account,
    refuse_second_owner,
    terminal_actor,
    worker_actor,
)
from app.accounts.application.merge_values import account_values
from app.accounts.application.permissions import (
    is_agency,
    limit_of,
    lock,
    owner_name,
    people_in_role,
    people_with,
    require,
    user_names,
    with_sub_accounts,
)
from app.accounts.application.sessions import (
    begin_session,
    discard_expired_sessions,
    end_other_sessions,
    end_session,
    user_of_session,
)
from app.accounts.application.setup_access import (
    check_setup_token,
    comes_from_this_machine,
    discard_setup_token,
    installation_is_new,
    refuse_unknown_host,
    required_setup_token,
)
from app.accounts.application.sub_accounts import (
    SubAccount,
    agency_name,
    count_sub_accounts,
    list_sub_accounts,
    open_account,
    open_accounts,
    sub_account_names,
)
from app.accounts.application.suspension import is_suspended, suspended_among

__all__ = [
    "SubAccount",
    "account_values",
    "actor_of",
    "add_person",
    "agency_name",
    "begin_session",
    "business_details",
    "change_account",
    "change_business",
    "change_limits",
    "check_setup_token",
    "comes_from_this_machine",
    "count_sub_accounts",
    "create_owner",
    "create_sub_account",
    "discard_expired_sessions",
    "discard_setup_token",
    "end_other_sessions",
    "end_session",
    "filled_tags",
    "installation_is_new",
    "is_agency",
    "is_suspended",
    "limit_of",
    "list_sub_accounts",
    "lock",
    "logo_of",
    "maximum_limits",
    "open_account",
    "open_accounts",
    "own_limits",
    "owner_name",
    "people_in_role",
    "people_with",
    "refuse_second_owner",
    "refuse_unknown_host",
    "require",
    "required_setup_token",
    "sub_account_names",
    "suspended_among",
    "terminal_actor",
    "user_names",
    "user_of_session",
    "with_sub_accounts",
    "worker_actor",
]
