"""when a workflow was deleted; its row stays for the history of people and jobs"""

import sqlalchemy as sa
from alembic import op

revision = "0080_deleted_workflows"
down_revision = "0079_audit_filters"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("workflows", sa.Column("deleted_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("workflows", "deleted_at")
