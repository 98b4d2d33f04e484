"""whether a person gets an email when a job waits for their approval"""

import sqlalchemy as sa
from alembic import op

revision = "0040_approval_emails"
down_revision = "0039_ids_not_reused"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "users", sa.Column("approval_emails", sa.Boolean(), server_default=sa.true(), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("users", "approval_emails")
