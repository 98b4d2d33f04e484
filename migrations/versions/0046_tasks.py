"""notes about contacts, and tasks"""

import sqlalchemy as sa
from alembic import op

revision = "0046_tasks"
down_revision = "0045_time_zones"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
TABLES = ("contact_notes", "tasks")
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"
BY_STEP = sa.text("enrollment_id IS NOT NULL")
OPEN = sa.text("done_at IS NULL")
DONE = sa.text("done_at IS NOT NULL")


def _origin() -> list[sa.Column]:
    """Columns that say who wrote a row, and when."""
    return [
        sa.Column("workflow_id", BIG, nullable=True),
        sa.Column("enrollment_id", BIG, nullable=True),
        sa.Column("step_id", sa.String(40), nullable=True),
        sa.Column("visit", sa.Integer(), nullable=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("created_by", BIG, nullable=True),
    ]


def upgrade() -> None:
    op.create_table(
        "contact_notes",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        *_origin(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_notes")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tasks",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("title", sa.String(250), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("for_role", sa.String(10), nullable=True),
        sa.Column("for_user_id", BIG, nullable=True),
        sa.Column("done_at", TIME, nullable=True),
        sa.Column("done_by", BIG, nullable=True),
        *_origin(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
        sqlite_autoincrement=True,
    )
    _index_tasks()
    for table in TABLES:
        op.create_index(op.f(f"ix_{table}_contact_id_id"), table, ["contact_id", "id"])
        op.create_index(
            f"uq_{table}_step",
            table,
            ["enrollment_id", "step_id", "visit"],
            unique=True,
            sqlite_where=BY_STEP,
            postgresql_where=BY_STEP,
        )
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE POLICY account ON {table}"
                f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
            )
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _index_tasks() -> None:
    op.create_index(
        "ix_tasks_open", "tasks", ["account_id", "due_at", "id"], sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_index(
        "ix_tasks_assignee",
        "tasks",
        ["account_id", "for_user_id", "for_role", "due_at", "id"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index(
        "ix_tasks_done", "tasks", ["account_id", "done_at", "id"], sqlite_where=DONE, postgresql_where=DONE
    )
