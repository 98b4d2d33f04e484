"""PostgreSQL shows an account its own rows only"""

from alembic import op

revision = "0020_row_security"
down_revision = "0019_typed_jobs"
branch_labels = None
depends_on = None

OWNED = (
    "audit_entries", "business_details", "column_mappings", "contact_events", "contact_tags", "contacts",
    "custom_fields", "enrollment_batches", "enrollment_jobs", "enrollment_rows", "enrollments",
    "integrations", "memberships", "tags", "template_uses", "uploads", "withheld_keys",
    "workflow_versions", "workflows",
)  # fmt: skip
SHARED = ("workflow_templates",)
ACCOUNT = "account_id = (NULLIF(current_setting('muster.account_id', true), ''))::bigint"


def upgrade() -> None:
    """The policies bind everyone but the owner of the tables, as whom migrations run."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in (*OWNED, *SHARED):
        seen = f"{ACCOUNT} OR account_id IS NULL" if table in SHARED else ACCOUNT
        op.execute(f"CREATE POLICY account ON {table} USING ({seen}) WITH CHECK ({ACCOUNT})")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in (*OWNED, *SHARED):
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
        op.execute(f"DROP POLICY account ON {table}")
