"""what workflows have taken over from newer versions of their templates"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0077_template_updates"
down_revision = "0076_workflow_edits"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"
TABLE = "workflow_template_links"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("workflow_id", BIG, nullable=False, autoincrement=False),
        sa.Column("version", sa.Integer()),
        sa.Column("ids", JSON, nullable=False),
        sa.Column("dismissed_version", sa.Integer(), nullable=False),
        sa.Column("before", JSON),
        sa.Column("version_before", sa.Integer()),
        sa.Column("ids_before", JSON),
        sa.Column("after_hash", sa.String(64)),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", BIG),
        sa.PrimaryKeyConstraint("workflow_id", name=op.f(f"pk_{TABLE}")),
        sa.ForeignKeyConstraint(
            ["workflow_id"], ["workflows.id"], name=op.f(f"fk_{TABLE}_workflow_id"), ondelete="CASCADE"
        ),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE POLICY account ON {TABLE}"
            f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
        )
        op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table(TABLE)
