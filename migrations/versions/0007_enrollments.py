"""enrollments"""

import sqlalchemy as sa
from alembic import op

revision = "0007_enrollments"
down_revision = "0006_workflows"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "enrollments",
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("workflow_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("step_id", sa.String(length=40), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollments")),
    )
    with op.batch_alter_table("enrollments", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_enrollments_account_id_workflow_id_status_id"),
            ["account_id", "workflow_id", "status", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_enrollments_account_id_contact_id_workflow_id"),
            ["account_id", "contact_id", "workflow_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_enrollments_job_id_contact_id"), ["job_id", "contact_id"], unique=False
        )
        batch_op.create_index(
            "uq_enrollments_under_way",
            ["workflow_id", "contact_id"],
            unique=True,
            sqlite_where=sa.text("status IN ('held', 'active')"),
            postgresql_where=sa.text("status IN ('held', 'active')"),
        )


def downgrade() -> None:
    with op.batch_alter_table("enrollments", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_enrollments_under_way",
            sqlite_where=sa.text("status IN ('held', 'active')"),
            postgresql_where=sa.text("status IN ('held', 'active')"),
        )
        batch_op.drop_index(batch_op.f("ix_enrollments_job_id_contact_id"))
        batch_op.drop_index(batch_op.f("ix_enrollments_account_id_contact_id_workflow_id"))
        batch_op.drop_index(batch_op.f("ix_enrollments_account_id_workflow_id_status_id"))

    op.drop_table("enrollments")
