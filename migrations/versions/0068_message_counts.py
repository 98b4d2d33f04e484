"""the numbers of messages by channel, and of those that the frequency cap skipped"""

import sqlalchemy as sa
from alembic import op

revision = "0068_message_counts"
down_revision = "0067_dkim_keys"
branch_labels = None
depends_on = None

_TEXTS = "SELECT DISTINCT account_id, version_id, step_id FROM messages WHERE channel = 'sms'"
_TO_SMS = (
    "UPDATE message_counts SET channel = 'sms'"
    " WHERE account_id = :account_id AND version_id = :version_id AND step_id = :step_id"
)


def upgrade() -> None:
    op.add_column(
        "message_counts", sa.Column("channel", sa.String(10), nullable=False, server_default="email")
    )
    connection = op.get_bind()
    for step in connection.execute(sa.text(_TEXTS)).mappings().all():
        connection.execute(sa.text(_TO_SMS), dict(step))
    is_postgresql = connection.dialect.name == "postgresql"
    day = "date(settled_at AT TIME ZONE 'UTC')" if is_postgresql else "date(settled_at)"
    names = "account_id, workflow_id, version_id, step_id"
    op.execute(
        f"INSERT INTO message_counts ({names}, channel, day, result, messages)"
        f" SELECT {names}, channel, {day}, 'skipped', count(*) FROM messages"
        f" WHERE state = 'skipped' AND settled_at IS NOT NULL GROUP BY {names}, channel, {day}"
    )


def downgrade() -> None:
    op.execute("DELETE FROM message_counts WHERE result = 'skipped'")
    op.drop_column("message_counts", "channel")
