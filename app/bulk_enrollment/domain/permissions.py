"""Who may start and change which kind of job."""

from app.accounts.domain import Permission


def permission_for(kind: str) -> Permission:
    """Return the permission to start and change a job of this kind; an import only changes contacts."""
    return Permission.CONTACTS if kind == "import" else Permission.WORKFLOWS
