"""two-factor authentication: secrets, recovery codes, and accounts that require it"""

import sqlalchemy as sa
from alembic import op

revision = "0085_two_factor"
down_revision = "0084_agency_limits"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column(
        "accounts", sa.Column("requires_two_factor", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "two_factors",
        sa.Column("user_id", BIG, nullable=False, autoincrement=False),
        sa.Column("secret", sa.String(300), nullable=False),
        sa.Column("last_counter", sa.BigInteger(), nullable=False),
        sa.Column("turned_on_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_two_factors_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_two_factors")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", BIG, nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_recovery_codes_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint("user_id", "code_hash", name=op.f("uq_recovery_codes_user_id_code_hash")),
    )


def downgrade() -> None:
    op.drop_table("recovery_codes")
    op.drop_table("two_factors")
    op.drop_column("accounts", "requires_two_factor")
