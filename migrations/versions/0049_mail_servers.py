"""mail servers and senders of accounts"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0049_mail_servers"
down_revision = "0048_messages"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)
TABLES = ("mail_servers", "mail_senders")
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"
DEFAULT = sa.text("is_default")


def _authored() -> list[sa.Column]:
    """Columns that say who created a row, and when it was changed."""
    return [
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("created_by", BIG, nullable=True),
    ]


def upgrade() -> None:
    op.create_table(
        "mail_servers",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("host", sa.String(253), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("security", sa.String(10), nullable=False),
        sa.Column("user", sa.String(254), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("only_to", JSON, nullable=False),
        sa.Column("sending_paused", sa.Boolean(), nullable=False),
        *_authored(),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_mail_servers_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_mail_servers")),
    )
    op.create_table(
        "mail_senders",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("reply_to", sa.String(254), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("per_second", sa.Integer(), nullable=True),
        sa.Column("per_hour", sa.Integer(), nullable=True),
        sa.Column("per_day", sa.Integer(), nullable=True),
        *_authored(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_senders")),
        sa.UniqueConstraint("account_id", "address", name=op.f("uq_mail_senders_account_id_address")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_mail_senders_default",
        "mail_senders",
        ["account_id"],
        unique=True,
        sqlite_where=DEFAULT,
        postgresql_where=DEFAULT,
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(
                f"CREATE POLICY account ON {table}"
                f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
            )
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
