"""templates that agencies share with sub-accounts

PostgreSQL shows a sub-account what is shared with it, in policies for reading alone. Those of templates and
their versions are made anew: what is shown to others may not be deleted by them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0075_template_shares"
down_revision = "0074_early_report_failures"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
WITH_ALL = sa.text("recipient_id IS NULL")
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"
AGENCY = f"(SELECT a.parent_id FROM accounts a WHERE a.id = {ACCOUNT})"
OWN, WRITTEN = f"account_id = {ACCOUNT}", f"account_id = (SELECT {ACCOUNT})"
LENT = (
    f"account_id = {AGENCY} AND deleted_at IS NULL AND id IN"
    f" (SELECT s.template_id FROM template_shares s WHERE s.account_id = {AGENCY}"
    f" AND (s.recipient_id IS NULL OR s.recipient_id = {ACCOUNT}))"
)
SHARE = f"account_id = {AGENCY} AND (recipient_id IS NULL OR recipient_id = {ACCOUNT})"
TEMPLATE = "EXISTS (SELECT FROM workflow_templates t WHERE t.id = template_id"
OWN_TEMPLATE = f"{TEMPLATE} AND t.account_id = {ACCOUNT})"


def upgrade() -> None:
    op.create_table(
        "template_shares",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("template_id", BIG, nullable=False),
        sa.Column("recipient_id", BIG),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("created_by", BIG),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template_shares")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_template_shares_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["workflow_templates.id"],
            name=op.f("fk_template_shares_template_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"],
            ["accounts.id"],
            name=op.f("fk_template_shares_recipient_id"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(
            "template_id", "recipient_id", name=op.f("uq_template_shares_template_id_recipient_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_template_shares_account_id_recipient_id"), "template_shares", ["account_id", "recipient_id"]
    )
    op.create_index(op.f("ix_template_shares_recipient_id"), "template_shares", ["recipient_id"])
    op.create_index(
        "uq_template_shares_all",
        "template_shares",
        ["template_id"],
        unique=True,
        sqlite_where=WITH_ALL,
        postgresql_where=WITH_ALL,
    )
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute(f"CREATE POLICY account ON template_shares USING ({OWN}) WITH CHECK ({WRITTEN})")
    op.execute(f"CREATE POLICY shared ON template_shares FOR SELECT USING ({SHARE})")
    op.execute("ALTER TABLE template_shares ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER POLICY account ON workflow_templates USING ({OWN})")
    op.execute(
        f"CREATE POLICY shared ON workflow_templates FOR SELECT USING (account_id IS NULL OR ({LENT}))"
    )
    op.execute(f"ALTER POLICY account ON workflow_template_versions USING ({OWN_TEMPLATE})")
    op.execute(f"CREATE POLICY shared ON workflow_template_versions FOR SELECT USING ({TEMPLATE}))")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP POLICY shared ON workflow_template_versions")
        op.execute(f"ALTER POLICY account ON workflow_template_versions USING ({TEMPLATE}))")
        op.execute("DROP POLICY shared ON workflow_templates")
        op.execute(f"ALTER POLICY account ON workflow_templates USING ({OWN} OR account_id IS NULL)")
    op.drop_table("template_shares")
