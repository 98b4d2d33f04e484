"""Queries for connected services."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.integrations.infrastructure.tables import Integration, ServiceTest
from app.platform.database import session
from app.platform.database.many_rows import id_param
from app.platform.database.page_reads import read_once
from app.platform.database.short_reads import read_built

_integrations = Integration.__table__.c


@read_once
def connected_kinds(account_id: int) -> set[str]:
    """Return the kinds that the account has connected itself."""
    return {kind for (kind,) in read_built(_kinds(), {"of_account": account_id})}


@lru_cache
def _kinds() -> sa.Select[Any]:
    return sa.select(_integrations.kind).where(_integrations.account_id == id_param("of_account"))


def tests_of(account_id: int) -> Sequence[ServiceTest]:
    """Return the last test of each kind of service."""
    return session().scalars(sa.select(ServiceTest).where(ServiceTest.account_id == account_id)).all()
