"""a dry run says what it would change field by field; batches count the contacts that they write"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0036_effects"
down_revision = "0035_brakes"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

COUNTS = (
    ("enrollment_jobs", "totals"),
    ("enrollment_jobs", "expected"),
    ("enrollment_batches", "outcomes"),
    ("enrollment_batches", "expected"),
)


def upgrade() -> None:
    with op.batch_alter_table("enrollment_jobs", schema=None) as batch_op:
        batch_op.add_column(sa.Column("effects", JSON, nullable=True))
    with op.batch_alter_table("enrollment_batches", schema=None) as batch_op:
        for name in ("created", "updated"):
            batch_op.add_column(sa.Column(name, sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Rows that were left out for a missing value become canceled: earlier code has no word for them."""
    op.execute("UPDATE enrollment_rows SET outcome = 20, detail = NULL WHERE outcome = 23")
    for table, column in COUNTS:
        renamed = f"replace(CAST({column} AS TEXT), '\"VALUE_MISSING\"', '\"CANCELLED\"')"
        if op.get_bind().dialect.name == "postgresql":
            renamed = f"CAST({renamed} AS JSONB)"
        op.execute(
            f"UPDATE {table} SET {column} = {renamed} WHERE CAST({column} AS TEXT) LIKE '%\"VALUE_MISSING\"%'"
        )
    with op.batch_alter_table("enrollment_batches", schema=None) as batch_op:
        batch_op.drop_column("updated")
        batch_op.drop_column("created")
    with op.batch_alter_table("enrollment_jobs", schema=None) as batch_op:
        batch_op.drop_column("effects")
