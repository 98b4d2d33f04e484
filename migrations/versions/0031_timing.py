"""jobs that start later, spread people over time, or are held back by rate limits"""

import sqlalchemy as sa
from alembic import op

revision = "0031_timing"
down_revision = "0030_retries_and_undo"
branch_labels = None
depends_on = None

TABLE = "limited_enrollments"
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("enrollment_jobs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("not_before", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("portion_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("portion_people", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("enrollment_batches", schema=None) as batch_op:
        batch_op.add_column(sa.Column("next_row", sa.Integer(), nullable=True))
    op.create_table(
        TABLE,
        sa.Column("id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_limited_enrollments")),
    )
    op.create_index(op.f("ix_limited_enrollments_account_id_at"), TABLE, ["account_id", "at"])
    op.create_index(op.f("ix_limited_enrollments_at"), TABLE, ["at"])
    if op.get_bind().dialect.name == "postgresql":
        written = f"account_id = (SELECT {ACCOUNT})"
        op.execute(f"CREATE POLICY account ON {TABLE} USING (account_id = {ACCOUNT}) WITH CHECK ({written})")
        op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table(TABLE)
    with op.batch_alter_table("enrollment_batches", schema=None) as batch_op:
        batch_op.drop_column("next_row")
    op.execute(  # older versions cannot start them later, so nobody is enrolled
        "UPDATE enrollment_jobs SET status = 'cancelled', finished_at = not_before WHERE status = 'scheduled'"
    )
    with op.batch_alter_table("enrollment_jobs", schema=None) as batch_op:
        batch_op.drop_column("portion_people")
        batch_op.drop_column("portion_at")
        batch_op.drop_column("not_before")
