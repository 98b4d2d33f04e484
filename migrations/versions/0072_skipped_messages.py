"""the number of messages that the frequency cap skipped, by day"""

from alembic import op

revision = "0072_skipped_messages"
down_revision = "0064_account_color"
branch_labels = None
depends_on = None


def upgrade() -> None:
    day = (
        "date(settled_at AT TIME ZONE 'UTC')"
        if op.get_bind().dialect.name == "postgresql"
        else "date(settled_at)"
    )
    by = f"account_id, workflow_id, version_id, step_id, {day}"
    op.execute(
        "INSERT INTO message_counts (account_id, workflow_id, version_id, step_id, day, result, messages)"
        f" SELECT {by}, 'skipped', count(*) FROM messages"
        f" WHERE state = 'skipped' AND settled_at IS NOT NULL GROUP BY {by}"
    )


def downgrade() -> None:
    op.execute("DELETE FROM message_counts WHERE result = 'skipped'")
