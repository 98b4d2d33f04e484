"""the last definitions of each workflow, for undo and redo"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0076_workflow_edits"
down_revision = "0075_template_shares"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"


def upgrade() -> None:
    op.create_table(
        "workflow_edits",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("workflow_id", BIG, nullable=False),
        sa.Column("is_undone", sa.Boolean(), nullable=False),
        sa.Column("definition", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["workflow_id"],
            ["workflows.id"],
            name=op.f("fk_workflow_edits_workflow_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workflow_edits")),
    )
    op.create_index(op.f("ix_workflow_edits_workflow_id_id"), "workflow_edits", ["workflow_id", "id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE POLICY account ON workflow_edits"
            f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
        )
        op.execute("ALTER TABLE workflow_edits ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("workflow_edits")
