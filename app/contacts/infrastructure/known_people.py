"""Counting how many keys of a list belong to contacts."""

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from app.contacts.domain import may_be_contacted
from app.contacts.infrastructure.conditions import matched_keys
from app.platform.database import is_sqlite, session


def count_known(account_id: int, identifier: str, keys: Sequence[str]) -> tuple[int, int]:
    """Return (keys that belong to a contact, those of them whose contact must not be contacted).

    `identifier` is email, phone, or contact_id. The keys are sent as one parameter. A phone number that
    several contacts share counts once (see `matched_keys`).
    """
    listed: Any = [int(key) for key in keys] if identifier == "contact_id" else list(keys)
    if is_sqlite():
        wanted = sa.select(sa.func.json_each(json.dumps(listed)).table_valued("value").c.value)
    else:
        kind: Any = sa.BigInteger() if identifier == "contact_id" else sa.Text()
        wanted = sa.select(sa.func.unnest(sa.bindparam("keys", listed, ARRAY(kind), unique=True)))
    people = matched_keys(account_id, identifier, wanted).subquery("people")
    query = sa.select(people.c.status, sa.func.count()).group_by(people.c.status)
    statuses = {row[0]: row[1] for row in session().execute(query)}
    closed = sum(count for status, count in statuses.items() if not may_be_contacted(status))
    return sum(statuses.values()), closed
