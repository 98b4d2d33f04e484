"""secrets that sign webhooks are saved, encrypted, so that they outlive SECRET_KEY"""

import sqlalchemy as sa
from alembic import op

revision = "0088_saved_signing_secrets"
down_revision = "0087_suspended_accounts"
branch_labels = None
depends_on = None

COLUMNS = (("webhooks", "secret"), ("signing_secrets", "secret"), ("signing_secrets", "previous_secret"))


def upgrade() -> None:
    for table, column in COLUMNS:
        op.add_column(table, sa.Column(column, sa.String(300), nullable=False, server_default=""))


def downgrade() -> None:
    for table, column in reversed(COLUMNS):
        op.drop_column(table, column)
