"""the results of messages and the ends of enrollments, by day

Of messages that were returned, the timeline knows when they were sent. Which message somebody unsubscribed
with was not kept before.
"""

from collections import Counter
from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0060_results"
down_revision = "0059_sending_rules"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"
MOMENTS = ("sent_at", "complained_at", "unsubscribed_at")
RESULTS = {
    "sent": "state <> 'failed' AND sent_at IS NOT NULL",
    "delivered": "state = 'delivered' AND sent_at IS NOT NULL",
    "bounced": "state = 'bounced' AND sent_at IS NOT NULL",
    "opened": "state <> 'failed' AND sent_at IS NOT NULL AND opened_at IS NOT NULL",
    "clicked": "state <> 'failed' AND sent_at IS NOT NULL AND clicked_at IS NOT NULL",
    "replied": "state <> 'failed' AND sent_at IS NOT NULL AND replied_at IS NOT NULL",
    "complained": "state <> 'failed' AND sent_at IS NOT NULL AND complained_at IS NOT NULL",
    "failed": "state = 'failed' AND settled_at IS NOT NULL",
}
ENDS = ("account_id", "workflow_id", "version_id", "step_id", "day", "status", "reason", "minutes")


def upgrade() -> None:
    for name in MOMENTS:
        op.add_column("messages", sa.Column(name, MOMENT))
    _create("message_counts", [sa.Column("result", sa.String(12), nullable=False)], "messages", "result")
    columns = [
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
    ]
    _create("end_counts", columns, "enrollments", "status")
    _date_messages()
    _count_messages()
    _count_ends()
    _count_steps("e.enrolled_at")


def downgrade() -> None:
    _count_steps("p.passed_at")
    op.drop_table("end_counts")
    op.drop_table("message_counts")
    for name in MOMENTS:
        op.drop_column("messages", name)


def _create(table: str, columns: list[sa.Column], number: str, last: str) -> None:
    op.create_table(
        table,
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("workflow_id", BIG, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("step_id", sa.String(40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *columns,
        sa.Column(number, BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    key = ["account_id", "workflow_id", "day", "step_id", last]
    op.create_index(op.f(f"ix_{table}_{'_'.join(key)}"), table, key)
    if _is_postgresql():
        op.execute(
            f"CREATE POLICY account ON {table}"
            f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def _date_messages() -> None:
    op.execute(f"UPDATE messages SET sent_at = ({_event('message_sent')}) WHERE state = 'bounced'")
    op.execute(
        "UPDATE messages SET sent_at = settled_at"
        " WHERE sent_at IS NULL AND state IN ('sent', 'delivered', 'bounced')"
    )
    op.execute(
        f"UPDATE messages SET complained_at = ({_event('message_complained')}) WHERE EXISTS"
        " (SELECT 1 FROM contact_events e WHERE e.contact_id = messages.contact_id"
        " AND e.kind = 'message_complained')"
    )


def _event(kind: str) -> str:
    return (
        "SELECT min(e.at) FROM contact_events e WHERE e.account_id = messages.account_id"
        f" AND e.contact_id = messages.contact_id AND e.kind = '{kind}'"
        " AND e.text = CAST(messages.id AS varchar)"
    )


def _count_messages() -> None:
    for result, condition in RESULTS.items():
        day = _day("settled_at" if result == "failed" else "sent_at")
        op.execute(
            "INSERT INTO message_counts"
            " (account_id, workflow_id, version_id, step_id, day, result, messages)"
            f" SELECT account_id, workflow_id, version_id, step_id, {day}, '{result}', count(*)"
            f" FROM messages WHERE {condition} GROUP BY account_id, workflow_id, version_id, step_id, {day}"
        )


def _count_ends() -> None:
    day = _day("enrolled_at")
    by = (
        f"account_id, workflow_id, version_id, coalesce(step_id, ''), {day}, status, coalesce(end_reason, '')"
    )
    op.execute(
        f"INSERT INTO end_counts ({', '.join(ENDS)}, enrollments) SELECT {by}, 0, count(*) FROM enrollments"
        f" WHERE status IN ('completed', 'failed', 'withdrawn') GROUP BY {by}"
    )
    connection = op.get_bind()
    names = [*ENDS[:3], "step_id", "end_reason"]
    one = sa.table(
        "enrollments",
        *(sa.column(name) for name in (*names, "status")),
        sa.column("enrolled_at", MOMENT),
        sa.column("ended_at", MOMENT),
    ).c
    goals = sa.select(*(one[name] for name in names), one.enrolled_at, one.ended_at)
    reached: Counter[tuple] = Counter()
    for *key, step_id, reason, enrolled_at, ended_at in connection.execute(
        goals.where(one.status == "goal_reached")
    ):
        minutes = _rounded(ended_at - enrolled_at) if ended_at else 0
        reached[*key, step_id or "", enrolled_at.date(), "goal_reached", reason or "", minutes] += 1
    table = sa.table("end_counts", *(sa.column(name) for name in (*ENDS, "enrollments")))
    table.c.day.type = sa.Date()
    rows = [{**dict(zip(ENDS, key, strict=True)), "enrollments": n} for key, n in reached.items()]
    if rows:
        connection.execute(sa.insert(table), rows)


def _rounded(span: timedelta) -> int:
    """Whole minutes below two hours, whole hours below two days, else whole days, in minutes."""
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < 120:
        return minutes
    unit = 60 if minutes < 2880 else 1440
    return minutes // unit * unit


def _count_steps(moment: str) -> None:
    """Count passed steps again by the day of this moment."""
    day = _day(moment)
    op.execute("DELETE FROM step_counts")
    op.execute(
        "INSERT INTO step_counts (account_id, version_id, step_id, day, result, enrollments)"
        f" SELECT e.account_id, e.version_id, p.step_id, {day}, p.result, count(*)"
        " FROM enrollment_steps p JOIN enrollments e ON e.id = p.enrollment_id"
        f" GROUP BY e.account_id, e.version_id, p.step_id, {day}, p.result"
    )


def _day(moment: str) -> str:
    return f"date({moment} AT TIME ZONE 'UTC')" if _is_postgresql() else f"date({moment})"


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"
