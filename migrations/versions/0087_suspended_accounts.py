"""since when an agency has suspended a sub-account"""

import sqlalchemy as sa
from alembic import op

revision = "0087_suspended_accounts"
down_revision = "0086_due_in_account"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("accounts", "suspended_at")
