"""business details"""

import sqlalchemy as sa
from alembic import op

revision = "0013_business_details"
down_revision = "0012_sign_ins"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "business_details",
        sa.Column("account_id", BIG, autoincrement=False, nullable=False),
        sa.Column("website", sa.String(length=500), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("postal_address", sa.String(length=300), nullable=False),
        sa.Column("booking_link", sa.String(length=500), nullable=False),
        sa.Column("review_link", sa.String(length=500), nullable=False),
        sa.Column("logo_mark", sa.String(length=16), nullable=False),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_business_details_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_business_details")),
    )


def downgrade() -> None:
    op.drop_table("business_details")
