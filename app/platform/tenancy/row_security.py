"""Row-level security on PostgreSQL: the second wall, for statements that get past the tenancy guard.

Each table that accounts own has a policy that shows and accepts rows of the account in `muster.account_id`
only. Statements run as `muster_rows`, a role that owns nothing and bypasses nothing; role and account are set
for one transaction at a time. The user of DATABASE_URL owns the tables and is not bound by policies: it runs
migrations, foreign key checks, bulk loads of checked rows, and statements marked as crossing accounts.
"""

from collections.abc import Generator
from typing import Any

import psycopg
import sqlalchemy as sa
from psycopg import generators, pq

from app.platform.logs import log
from app.platform.tenancy import Reach, Scope

ROLE = "muster_rows"
SETTING = "muster.account_id"

# Whether the role exists, is bound by policies, may be assumed by us, and may use this database.
_IS_UP = f"""
SELECT NOT r.rolsuper AND NOT r.rolbypassrls
   AND pg_has_role(
     r.oid, CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'MEMBER' ELSE 'SET' END
   )
   AND coalesce(has_table_privilege(r.oid, to_regclass('alembic_version'), 'SELECT'), false)
  FROM pg_roles r WHERE r.rolname = '{ROLE}'
"""  # nosec # the name is ROLE
_CREATE_ROLE = f"""
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
    CREATE ROLE {ROLE} NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- made at this moment for another database
END $$
"""  # nosec # the name is ROLE
_JOIN_ROLE = f"""
DO $$ BEGIN
  IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
     AND NOT pg_has_role('{ROLE}', 'USAGE') THEN
    EXECUTE format('GRANT {ROLE} TO %%I', current_user);
  END IF;
END $$
"""  # nosec # the name is ROLE
_GRANT = f"""
DO $$ DECLARE place text := current_schema; BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA %%I TO {ROLE}', place);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %%I TO {ROLE}', place);
  EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA %%I TO {ROLE}', place);
END $$
"""


def is_up(connection: sa.Connection) -> bool:
    """Whether statements can run as the role in this database."""
    secured = connection.execution_options(cross_account=True)
    return bool(secured.exec_driver_sql(_IS_UP).scalar())


def set_up(engine: sa.Engine) -> bool:
    """Make the role if it is missing and let it use all tables. Returns False if our user may not do that.

    Tables that migrations add need the privileges too: to be called after them.
    """
    try:
        with engine.execution_options(cross_account=True).begin() as connection:
            for statement in (_CREATE_ROLE, _JOIN_ROLE, _GRANT):
                connection.exec_driver_sql(statement)
    except sa.exc.DBAPIError as failure:
        if not isinstance(failure.orig, psycopg.errors.InsufficientPrivilege):
            raise
        return False
    return True


class SecuredConnection(psycopg.Connection[Any]):
    """Tells the server with the start of each transaction whose rows its statements are about."""

    is_secured = False
    is_alone = False  # statements run by themselves unless a transaction has begun
    _scope: Scope = Reach.NOBODY
    _told: Scope | None = None

    def look_for_role(self) -> None:
        """Ask, once after connecting, whether statements can run as the role."""
        self.autocommit = True
        found = self.execute(_IS_UP).fetchone()
        self.autocommit = False
        self.is_secured = found is not None and bool(found[0])
        _log_once(self.is_secured)

    def reach(self, scope: Scope) -> None:
        """Statements from now on are about these rows."""
        self._scope = scope
        if not self.is_secured or self.pgconn.transaction_status != pq.TransactionStatus.INTRANS:
            return  # the start of the next transaction says it
        if self._told != scope:
            with self.lock:
                self.wait(self._sent(_setting(scope)))
            self._told = scope

    def forget_reach(self) -> None:
        """What was told may have been rolled back: the next statement tells it again."""
        self._told = None

    def _start_query(self) -> Generator[Any, Any, None]:
        """BEGIN and the settings in one message, so that a transaction costs no further round trip."""
        is_begun = self._autocommit or self.pgconn.transaction_status != pq.TransactionStatus.IDLE
        if self.is_alone:
            return
        if is_begun or not self.is_secured:
            yield from super()._start_query()
            return
        self._told = None
        begin = self._get_tx_start_command()
        yield from self._sent(
            begin if self._scope is Reach.EVERYBODY else begin + b"; " + _setting(self._scope)
        )
        self._told = self._scope

    def _sent(self, commands: bytes) -> Generator[Any, Any, None]:
        """Send commands, whose rows do not matter, as one message."""
        self.pgconn.send_query(commands)
        for result in (yield from generators.execute(self.pgconn)):
            if result.status not in (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK):
                raise psycopg.errors.error_from_result(result, encoding=self.pgconn._encoding)


def _setting(scope: Scope) -> bytes:
    """Return the commands that set role and account for the rest of the transaction."""
    if scope is Reach.EVERYBODY:
        return b"SET LOCAL ROLE NONE"
    account = "" if scope is Reach.NOBODY else str(int(scope))
    return f"SET LOCAL ROLE {ROLE}; SET LOCAL {SETTING} = '{account}'".encode()


_is_logged = False


def _log_once(is_secured: bool) -> None:
    global _is_logged
    if not is_secured and not _is_logged:
        _is_logged = True
        log.warning("row_security_off", extra={"role": ROLE})
