"""enrollments are found by their workflow without naming the account in the index"""

from alembic import op

revision = "0024_enrollments_by_workflow"
down_revision = "0023_one_outcome"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_enrollments_account_id_workflow_id_status_id", table_name="enrollments")
    op.create_index("ix_enrollments_workflow_id_status_id", "enrollments", ["workflow_id", "status", "id"])


def downgrade() -> None:
    op.drop_index("ix_enrollments_workflow_id_status_id", table_name="enrollments")
    op.create_index(
        "ix_enrollments_account_id_workflow_id_status_id",
        "enrollments",
        ["account_id", "workflow_id", "status", "id"],
    )
