"""browsers and addresses of sessions, and when they were last seen"""

import sqlalchemy as sa
from alembic import op

revision = "0081_session_details"
down_revision = "0080_deleted_workflows"
branch_labels = None
depends_on = None

COLUMNS = ("last_seen_at", "address", "user_agent")


def upgrade() -> None:
    op.add_column("sign_ins", sa.Column("last_seen_at", sa.DateTime(timezone=True)))
    op.add_column("sign_ins", sa.Column("address", sa.String(45), nullable=False, server_default=""))
    op.add_column("sign_ins", sa.Column("user_agent", sa.String(300), nullable=False, server_default=""))


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column("sign_ins", name)
