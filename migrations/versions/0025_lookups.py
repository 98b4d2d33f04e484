"""look-ups of contacts and enrollments do not depend on what statistics say about accounts

For an account that statistics do not know, PostgreSQL expects one row, and any index that begins with the
account is as good as the one that also has the key. Without statistics of that column it expects a share of
the table. The index of phone numbers leaves out contacts without one, so that it is not the smallest of all.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025_lookups"
down_revision = "0024_enrollments_by_workflow"
branch_labels = None
depends_on = None

NAME, COLUMNS = "ix_contacts_account_id_phone_key", ["account_id", "phone_key"]
HAS_PHONE = sa.text("phone_key IS NOT NULL")
TABLES = ("contacts", "enrollments")


def upgrade() -> None:
    op.drop_index(NAME, table_name="contacts")
    op.create_index(NAME, "contacts", COLUMNS, sqlite_where=HAS_PHONE, postgresql_where=HAS_PHONE)
    _keep_statistics_of_accounts(0)


def downgrade() -> None:
    op.drop_index(NAME, table_name="contacts")
    op.create_index(NAME, "contacts", COLUMNS)
    _keep_statistics_of_accounts(-1)


def _keep_statistics_of_accounts(target: int) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN account_id SET STATISTICS {target}")
        if op.get_bind().dialect.server_version_info >= (18,):  # those that were taken before
            op.execute(
                f"SELECT pg_clear_attribute_stats(current_schema()::text, '{table}', 'account_id', false)"
            )
