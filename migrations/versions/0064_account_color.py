"""the color of an account, for its emails"""

import sqlalchemy as sa
from alembic import op

revision = "0064_account_color"
down_revision = "0063_version_moves"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("business_details", sa.Column("color", sa.String(7), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("business_details", "color")
