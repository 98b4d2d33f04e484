"""The tables that hand-made statements are about."""

from app.platform.tenancy.sql.parts import Tables

DIALECTS = ("sqlite", "postgresql")
TABLES = Tables(
    owned=frozenset({"contacts", "tags", "contact_tags", "workflow_templates", "enrollment_jobs"}),
    common=frozenset({"accounts", "users", "staged"}),
    shared=frozenset({"workflow_templates"}),
)


def in_dialect(statement: str, dialect: str) -> str:
    """The statement with its values as the dialect writes them."""
    return statement.replace("?", "%s") if dialect == "postgresql" else statement
