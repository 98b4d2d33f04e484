"""The release that the upgrade test begins with: its migration, and the tables and columns that it reads.

`make release` records the present code as that release.
"""

import json
import tempfile
from pathlib import Path

import sqlalchemy as sa
from flask_migrate import upgrade

from app import create_app
from app.platform.settings import Settings
from tests.ops import filled_tables

FILE = Path(__file__).parents[1] / "data" / "previous_release.json"


def record_of(engine: sa.Engine) -> str:
    """Return what the file has to say of the release whose migrations a database has."""
    with engine.connect() as connection:
        migration = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    tables = {
        table.name: [column.name for column in table.columns] for table in filled_tables.reflected(engine)
    }
    return json.dumps({"migration": migration, "tables": dict(sorted(tables.items()))}, indent=1) + "\n"


def main() -> None:
    """Migrate an empty database, and write its record."""
    with tempfile.TemporaryDirectory(prefix="muster-release-") as folder:
        settings = Settings.from_environment({"DATA_DIR": folder})
        with create_app(settings).app_context():
            upgrade()
        engine = sa.create_engine(settings.database_url)
        FILE.write_text(record_of(engine))
        engine.dispose()


if __name__ == "__main__":
    main()
