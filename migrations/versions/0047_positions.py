"""positions of enrollments: what they wait for, the steps they passed, and how many stand where"""

import sqlalchemy as sa
from alembic import op

revision = "0047_positions"
down_revision = "0046_tasks"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"
DUE = sa.text("status = 'active' AND due_at IS NOT NULL")
NEW = {
    "waits_for": sa.Column("waits_for", sa.String(10)),
    "visit": sa.Column("visit", sa.Integer(), nullable=False, server_default="1"),
    "moved_at": sa.Column("moved_at", MOMENT),
    "end_reason": sa.Column("end_reason", sa.String(20)),
}


def upgrade() -> None:
    for column in NEW.values():
        op.add_column("enrollments", column)
    op.create_index(
        "ix_enrollments_due", "enrollments", ["version_id", "due_at"], sqlite_where=DUE, postgresql_where=DUE
    )
    op.add_column(
        "workflows", sa.Column("held_until_started", sa.Boolean(), nullable=False, server_default=sa.true())
    )
    op.create_table(
        "enrollment_steps",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("enrollment_id", BIG, nullable=False, autoincrement=False),
        sa.Column("visit", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("step_id", sa.String(40), nullable=False),
        sa.Column("passed_at", MOMENT, nullable=False),
        sa.Column("result", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("enrollment_id", "visit", "step_id", name=op.f("pk_enrollment_steps")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "step_counts",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("step_id", sa.String(40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("result", sa.String(40), nullable=False),
        sa.Column("enrollments", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step_counts")),
    )
    op.create_index(
        op.f("ix_step_counts_version_id_step_id_day"), "step_counts", ["version_id", "step_id", "day"]
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in ("enrollment_steps", "step_counts"):
            op.execute(
                f"CREATE POLICY account ON {table}"
                f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
            )
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute("DELETE FROM enrollment_counts")
    with op.batch_alter_table("enrollment_counts") as table:
        table.add_column(sa.Column("version_id", BIG, nullable=False))
        table.add_column(sa.Column("step_id", sa.String(40), nullable=False))
    op.execute(
        "INSERT INTO enrollment_counts (account_id, workflow_id, version_id, step_id, status, enrollments)"
        " SELECT account_id, workflow_id, version_id, coalesce(step_id, ''), status, count(*)"
        " FROM enrollments GROUP BY account_id, workflow_id, version_id, coalesce(step_id, ''), status"
    )


def downgrade() -> None:
    op.execute("DELETE FROM enrollment_counts")
    with op.batch_alter_table("enrollment_counts") as table:
        table.drop_column("step_id")
        table.drop_column("version_id")
    op.drop_table("step_counts")
    op.drop_table("enrollment_steps")
    op.drop_column("workflows", "held_until_started")
    op.drop_index("ix_enrollments_due", "enrollments")
    for name in reversed(NEW):
        op.drop_column("enrollments", name)
    op.execute(
        "INSERT INTO enrollment_counts (account_id, workflow_id, status, enrollments)"
        " SELECT account_id, workflow_id, status, count(*) FROM enrollments"
        " GROUP BY account_id, workflow_id, status"
    )
