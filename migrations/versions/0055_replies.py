"""when contacts replied to messages"""

import sqlalchemy as sa
from alembic import op

revision = "0055_replies"
down_revision = "0054_reactions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("replied_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("messages", "replied_at")
