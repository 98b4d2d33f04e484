"""PostgreSQL shows an account its own rows only

Where a table has policies, PostgreSQL searches an index only by conditions that leak nothing. `job_id + 0`
could, by an overflow, so the index of the ledger's counting rows gets another expression.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022_row_security"
down_revision = "0021_template_keys"
branch_labels = None
depends_on = None

OWNED = (
    "audit_entries", "business_details", "column_mappings", "contact_events", "contact_tags", "contacts",
    "custom_fields", "enrollment_batches", "enrollment_jobs", "enrollment_rows", "enrollments",
    "integrations", "memberships", "tags", "template_uses", "uploads", "withheld_keys",
    "workflow_versions", "workflows",
)  # fmt: skip
SHARED = ("workflow_templates",)
COUNTING = sa.text("verdict NOT IN (10, 11)")
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"


def upgrade() -> None:
    """The policies bind everyone but the owner of the tables, as whom migrations run."""
    _index_counting_rows("NULLIF(job_id, 0)")
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in (*OWNED, *SHARED):
        seen = f"account_id = {ACCOUNT}" + (" OR account_id IS NULL" if table in SHARED else "")
        # As a query of its own the account is computed once for all rows that a statement writes.
        written = f"account_id = (SELECT {ACCOUNT})"
        op.execute(f"CREATE POLICY account ON {table} USING ({seen}) WITH CHECK ({written})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    _index_counting_rows("(job_id + 0)")
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in (*OWNED, *SHARED):
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        op.execute(f"DROP POLICY account ON {table}")


def _index_counting_rows(job: str) -> None:
    """Put an index by this expression and the key in place of the one that is there."""
    op.drop_index("uq_enrollment_rows_counting", table_name="enrollment_rows")
    op.create_index(
        "uq_enrollment_rows_counting",
        "enrollment_rows",
        [sa.text(job), "key"],
        unique=True,
        sqlite_where=COUNTING,
        postgresql_where=COUNTING,
    )
