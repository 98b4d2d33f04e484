"""deliveries of webhook steps, servers that do not answer, and signing secrets"""

import sqlalchemy as sa
from alembic import op

revision = "0053_webhook_deliveries"
down_revision = "0052_source_counts"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")
ACCOUNT = "(NULLIF(current_setting('muster.account_id', true), ''))::bigint"
PLANNED = sa.text("state = 'planned'")
SENDING = sa.text("state = 'sending'")
SETTLED = sa.text("settled_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "webhook_deliveries",
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("workflow_id", BIG, nullable=False),
        sa.Column("version_id", BIG, nullable=False),
        sa.Column("step_id", sa.String(40), nullable=False),
        sa.Column("enrollment_id", BIG, nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("contact_id", BIG, nullable=False),
        sa.Column("method", sa.String(6), nullable=False),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("host", sa.String(260), nullable=False),
        sa.Column("on_failure", sa.String(10), nullable=False),
        sa.Column("body", sa.Text()),
        sa.Column("planned_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("attempts_before", sa.Integer(), nullable=False),
        sa.Column("is_repeated", sa.Boolean(), nullable=False),
        sa.Column("attempts", JSON),
        sa.Column("lease_until", MOMENT),
        sa.Column("answer", sa.String(500), nullable=False),
        sa.Column("status_code", sa.Integer()),
        sa.Column("settled_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_deliveries")),
    )
    for columns in (("contact_id", "id"), ("state", "id"), ("workflow_id", "state", "id")):
        name = op.f("_".join(["ix_webhook_deliveries_account_id", *columns]))
        op.create_index(name, "webhook_deliveries", ["account_id", *columns])
    for name, columns, where in (
        ("planned", ["account_id", "workflow_id", "host", "due_at"], PLANNED),
        ("sending", ["lease_until"], SENDING),
        ("settled", ["settled_at"], SETTLED),
    ):
        op.create_index(
            f"ix_webhook_deliveries_{name}",
            "webhook_deliveries",
            columns,
            sqlite_where=where,
            postgresql_where=where,
        )
    op.create_index(
        "uq_webhook_deliveries_step",
        "webhook_deliveries",
        ["account_id", "enrollment_id", "step_id", "visit"],
        unique=True,
    )
    op.create_table(
        "webhook_hosts",
        sa.Column("account_id", BIG, nullable=False, autoincrement=False),
        sa.Column("host", sa.String(260), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", MOMENT),
        sa.Column("rests_until", MOMENT),
        sa.PrimaryKeyConstraint("account_id", "host", name=op.f("pk_webhook_hosts")),
    )
    op.create_table(
        "delivery_turns",
        sa.Column("account_id", BIG, nullable=False, autoincrement=False),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("until", MOMENT),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_delivery_turns")),
    )
    op.create_table(
        "signing_secrets",
        sa.Column("account_id", BIG, nullable=False, autoincrement=False),
        sa.Column("salt", sa.String(64), nullable=False),
        sa.Column("shown_at", MOMENT),
        sa.Column("previous_salt", sa.String(64)),
        sa.Column("previous_until", MOMENT),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_signing_secrets_account_id_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_signing_secrets")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in ("webhook_deliveries", "webhook_hosts", "delivery_turns", "signing_secrets"):
            op.execute(
                f"CREATE POLICY account ON {table}"
                f" USING (account_id = {ACCOUNT}) WITH CHECK (account_id = (SELECT {ACCOUNT}))"
            )
            op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    # Whoever has stood at a webhook step without a request begins it again.
    op.execute(
        "UPDATE enrollments SET waits_for = NULL, due_at = CURRENT_TIMESTAMP"
        " WHERE status = 'active' AND waits_for = 'message' AND NOT EXISTS ("
        "SELECT 1 FROM messages WHERE messages.enrollment_id = enrollments.id"
        " AND messages.step_id = enrollments.step_id AND messages.visit = enrollments.visit)"
    )


def downgrade() -> None:
    op.execute("UPDATE enrollments SET waits_for = 'message' WHERE waits_for = 'answer'")
    op.drop_table("signing_secrets")
    op.drop_table("delivery_turns")
    op.drop_table("webhook_hosts")
    op.drop_table("webhook_deliveries")
