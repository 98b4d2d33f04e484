"""segments, columns of the contact list, selections of contacts, and bulk actions; full names as one order"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0038_people"
down_revision = "0037_contact_counts"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)
OPEN = sa.text("finished_at IS NULL")
OWNED = ("segments", "list_columns", "contact_selections", "bulk_actions")
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"
OLD, NEW = "ix_contacts_account_id_first_name_key_id", "ix_contacts_full_name"


def upgrade() -> None:
    op.drop_index(OLD, table_name="contacts")
    last_name = sa.text("coalesce(last_name_key, '')")
    op.create_index(NEW, "contacts", ["account_id", "first_name_key", last_name, "id"])
    op.create_table(
        "segments",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("name_key", sa.String(240), nullable=False),
        sa.Column("criteria", JSON, nullable=False),
        *_authored(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segments")),
        sa.UniqueConstraint("account_id", "name_key", name=op.f("uq_segments_account_id_name_key")),
    )
    op.create_table(
        "list_columns",
        sa.Column("account_id", BIG, autoincrement=False, nullable=False),
        sa.Column("user_id", BIG, autoincrement=False, nullable=False),
        sa.Column("columns", JSON, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "user_id", name=op.f("pk_list_columns")),
    )
    op.create_table(
        "contact_selections",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("ids", JSON, nullable=True),
        sa.Column("criteria", JSON, nullable=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("created_by", BIG, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_selections")),
    )
    op.create_index(op.f("ix_contact_selections_created_at"), "contact_selections", ["created_at"])
    op.create_table(
        "bulk_actions",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("tag_id", BIG, nullable=True),
        sa.Column("ids", JSON, nullable=True),
        sa.Column("criteria", JSON, nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("upto_id", BIG, nullable=False),
        sa.Column("last_id", BIG, nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("finished_at", TIME, nullable=True),
        *_authored(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_actions")),
    )
    op.create_index(
        "ix_bulk_actions_open", "bulk_actions", ["updated_at"], sqlite_where=OPEN, postgresql_where=OPEN
    )
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in OWNED:
        op.execute(
            f"CREATE POLICY account ON {table}"
            f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    for table in reversed(OWNED):
        op.drop_table(table)
    op.drop_index(NEW, table_name="contacts")
    op.create_index(OLD, "contacts", ["account_id", "first_name_key", "id"])


def _authored() -> list["sa.Column[object]"]:
    return [
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("created_by", BIG, nullable=True),
    ]
