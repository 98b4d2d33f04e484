"""Which workflows were made from templates, by version and by month.

Statements cross accounts: those that are asked about must be the actor's and its sub-accounts.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.gallery.infrastructure.tables import TemplateUse
from app.platform.database import is_sqlite, session
from app.platform.database.many_rows import id_param, moment_param
from app.platform.database.short_reads import in_ids, read_built
from app.workflows.infrastructure.tables import Workflow

_workflows = Workflow.__table__.c
_uses = TemplateUse.__table__.c


def workflows_made_from(account_ids: Sequence[int], template_ids: Collection[int]) -> dict[int, list[int]]:
    """Return {template id: ids of the workflows of these accounts that were made from it}."""
    values = {"of_accounts": account_ids, "of_templates": sorted(template_ids)}
    return _grouped(read_built(_made_from(is_sqlite()), values, cross_account=True))


def uses_of(account_id: int, template_ids: Collection[int]) -> dict[int, int]:
    """Return {template id: how often an account has used it}, without those it has not."""
    one = _uses
    query = sa.select(one.template_id, sa.func.count()).group_by(one.template_id)
    is_meant = (one.account_id == account_id, one.template_id.in_(template_ids))
    return {row[0]: row[1] for row in session().execute(query.where(*is_meant))} if template_ids else {}


def workflows_by_version(account_ids: Sequence[int], template_id: int) -> dict[int | None, list[int]]:
    """Return {version of the template: ids of the workflows of these accounts that were made from it}."""
    values = {"of_accounts": account_ids, "of_template": template_id}
    return _grouped(read_built(_by_version(is_sqlite()), values, cross_account=True))


def uses_by_month(
    account_ids: Sequence[int], template_ids: Collection[int], since: datetime
) -> dict[tuple[int, date], int]:
    """Return {(template id, first day of a month): how many workflows these accounts made from it}."""
    values = {"of_accounts": account_ids, "of_templates": sorted(template_ids), "since": since}
    found = read_built(_by_month(is_sqlite()), values, cross_account=True)
    return {(row[0], date(int(row[1]), int(row[2]), 1)): row[3] for row in found}


@lru_cache
def _made_from(on_sqlite: bool) -> sa.Select[Any]:
    one = _workflows
    return sa.select(one.template_id, one.id).where(
        in_ids(one.account_id, "of_accounts", on_sqlite), in_ids(one.template_id, "of_templates", on_sqlite)
    )


@lru_cache
def _by_version(on_sqlite: bool) -> sa.Select[Any]:
    one = _workflows
    return sa.select(one.template_version, one.id).where(
        in_ids(one.account_id, "of_accounts", on_sqlite), one.template_id == id_param("of_template")
    )


@lru_cache
def _by_month(on_sqlite: bool) -> sa.Select[Any]:
    one = _uses
    year, month = sa.extract("year", one.at), sa.extract("month", one.at)
    return (
        sa.select(one.template_id, year, month, sa.func.count())
        .where(
            in_ids(one.account_id, "of_accounts", on_sqlite),
            in_ids(one.template_id, "of_templates", on_sqlite),
            one.at >= moment_param("since"),
        )
        .group_by(one.template_id, year, month)
    )


def _grouped(rows: Sequence[Sequence[Any]]) -> dict[Any, list[int]]:
    found: dict[Any, list[int]] = {}
    for key, workflow_id in rows:
        found.setdefault(key, []).append(workflow_id)
    return found
