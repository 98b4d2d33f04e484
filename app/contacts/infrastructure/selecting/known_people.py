"""Looking up the contacts that a list of keys belongs to."""

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from app.contacts.domain import may_be_contacted
from app.contacts.infrastructure.conditions import matched_keys
from app.files.domain.columns.identify import Identifier
from app.platform.database import is_sqlite, session


def count_known(account_id: int, identifier: Identifier, keys: Sequence[str]) -> tuple[int, int]:
    """Return (keys that belong to a contact, those of them whose contact must not be contacted).

    A phone number that several contacts share counts once (see `matched_keys`).
    """
    people = _people(account_id, identifier, keys)
    query = sa.select(people.c.status, sa.func.count()).group_by(people.c.status)
    statuses = {row[0]: row[1] for row in session().execute(query)}
    closed = sum(count for status, count in statuses.items() if not may_be_contacted(status))
    return sum(statuses.values()), closed


def find_known(account_id: int, identifier: Identifier, keys: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return {key: (contact id, number of contacts with the key)}."""
    people = _people(account_id, identifier, keys)
    rows = session().execute(sa.select(people.c.key, people.c.id, people.c.people))
    return {str(key): (contact_id, count) for key, contact_id, count in rows}


def _people(account_id: int, identifier: Identifier, keys: Sequence[str]) -> sa.Subquery:
    """Select the contacts with these keys. The keys are sent as one parameter."""
    listed: Any = [int(key) for key in keys] if identifier == "contact_id" else list(keys)
    if is_sqlite():
        wanted = sa.select(sa.func.json_each(json.dumps(listed)).table_valued("value").c.value)
    else:
        kind: Any = sa.BigInteger() if identifier == "contact_id" else sa.Text()
        wanted = sa.select(sa.func.unnest(sa.bindparam("keys", listed, ARRAY(kind), unique=True)))
    return matched_keys(account_id, identifier, wanted).subquery("people")
