"""PostgreSQL shows an account the versions of its own and of system templates only"""

from alembic import op

revision = "0028_template_versions_secured"
down_revision = "0027_findings"
branch_labels = None
depends_on = None

TABLE = "workflow_template_versions"
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"
TEMPLATE = "EXISTS (SELECT FROM workflow_templates t WHERE t.id = template_id"


def upgrade() -> None:
    """Versions have no account of their own; the template is searched under its own policy."""
    if op.get_bind().dialect.name != "postgresql":
        return
    seen, written = f"{TEMPLATE})", f"{TEMPLATE} AND t.account_id = {ACCOUNT})"
    op.execute(f"CREATE POLICY account ON {TABLE} USING ({seen}) WITH CHECK ({written})")
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(f"ALTER TABLE {TABLE} DISABLE ROW LEVEL SECURITY")
    op.execute(f"DROP POLICY account ON {TABLE}")
