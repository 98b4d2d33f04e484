"""hosted forms, and what was entered in them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0070_forms"
down_revision = "0069_topics"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
TIME = sa.DateTime(timezone=True)
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"
WAITING = sa.text("state = 'waiting'")
HAS_LETTER = sa.text("letter_due_at IS NOT NULL")
TABLES = ("forms", "form_submissions")


def upgrade() -> None:
    op.create_table(
        "forms",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("public_id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_key", sa.String(160), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("introduction", sa.Text(), nullable=False),
        sa.Column("fields", JSON, nullable=False),
        sa.Column("consent_text", sa.Text(), nullable=False),
        sa.Column("button", sa.String(40), nullable=False),
        sa.Column("thanks", sa.Text(), nullable=False),
        sa.Column("double_opt_in", sa.Boolean(), nullable=False),
        sa.Column("archived_at", TIME),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("created_by", BIG),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forms")),
        sa.UniqueConstraint("account_id", "name_key", name=op.f("uq_forms_account_id_name_key")),
        sa.UniqueConstraint("public_id", name=op.f("uq_forms_public_id")),
        sqlite_autoincrement=True,
    )
    _create_submissions()
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            op.execute(
                f"CREATE POLICY account ON {table}"
                f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
            )
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


def downgrade() -> None:
    op.drop_table("form_submissions")
    op.drop_table("forms")


def _create_submissions() -> None:
    table = "form_submissions"
    key = sa.String(254).with_variant(sa.String(254, collation="C"), "postgresql")
    op.create_table(
        table,
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("form_id", BIG, nullable=False),
        sa.Column("key", sa.String(36), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("email_key", key, nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("consent_text", sa.Text(), nullable=False),
        sa.Column("submitted_at", TIME, nullable=False),
        sa.Column("confirmed_at", TIME),
        sa.Column("contact_id", BIG),
        sa.Column("letter_due_at", TIME),
        sa.Column("letter_attempt", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_submissions")),
        sa.ForeignKeyConstraint(
            ["form_id"], ["forms.id"], name=op.f("fk_form_submissions_form_id"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint(
            "account_id", "form_id", "key", name=op.f("uq_form_submissions_account_id_form_id_key")
        ),
        sqlite_autoincrement=True,
    )
    for columns in (
        ["account_id", "form_id", "state"],
        ["account_id", "contact_id"],
        ["account_id", "email_key", "submitted_at"],
    ):
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)
    op.create_index(
        "ix_form_submissions_letters",
        table,
        ["account_id", "letter_due_at"],
        sqlite_where=HAS_LETTER,
        postgresql_where=HAS_LETTER,
    )
    op.create_index(
        "ix_form_submissions_waiting",
        table,
        ["submitted_at"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
