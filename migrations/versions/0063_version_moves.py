"""moves of people to another version of their workflow"""

import sqlalchemy as sa
from alembic import op

revision = "0063_version_moves"
down_revision = "0062_brakes"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"
UNFINISHED = sa.text("status IN ('running', 'undoing')")


def upgrade() -> None:
    op.create_table(
        "version_moves",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("workflow_id", BIG, nullable=False),
        sa.Column("to_version_id", BIG, nullable=False),
        sa.Column("elsewhere", JSON, nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("started_by", BIG),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version_moves")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_version_moves_account_id_workflow_id_id"),
        "version_moves",
        ["account_id", "workflow_id", "id"],
    )
    op.create_index(
        "uq_version_moves_unfinished",
        "version_moves",
        ["workflow_id"],
        unique=True,
        sqlite_where=UNFINISHED,
        postgresql_where=UNFINISHED,
    )
    op.create_table(
        "moved_enrollments",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("move_id", BIG, nullable=False, autoincrement=False),
        sa.Column("enrollment_id", BIG, nullable=False, autoincrement=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("step_id", sa.String(40)),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("waits_for", sa.String(10)),
        sa.Column("due_at", MOMENT),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("to_step", sa.String(40)),
        sa.Column("way", sa.String(10), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("is_undone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("move_id", "enrollment_id", name=op.f("pk_moved_enrollments")),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in ("version_moves", "moved_enrollments"):
            op.execute(
                f"CREATE POLICY account ON {table}"
                f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
            )
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("moved_enrollments")
    op.drop_table("version_moves")
