"""Memory does not grow with the file: 200 MB are allowed for a million rows, the program included (B-20),
without the libraries that are mapped from files once for all processes."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from app.platform.settings import Settings
from ops.prepare import prepare_database

ROOT = Path(__file__).parents[3]
KEEP = """
import os, re
from app import create_app
import pytest

from app.platform.settings import Settings

app = create_app(Settings.from_environment(os.environ), process="web")
with app.app_context():
    from app.accounts.application import worker_actor
    from app.files import application as files
    with open(os.environ["FILE"], "rb") as stream:
        upload = files.keep(worker_actor(int(os.environ["ACCOUNT"])), stream, "many.csv")
    good = next(iter(upload.checkup.values()))["good"]
    # The peak of this program alone; getrusage would count what the tests had used before it began.
    status = open("/proc/self/status").read()
    used = {key: int(size) // 1024 for key, size in re.findall(r"(VmHWM|RssFile):\\s+(\\d+)", status)}
    print(good, used["VmHWM"] - used["RssFile"])
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the peak like this")
def test_half_a_million_rows(tmp_path: Path) -> None:
    prepare_database(Settings.from_environment({"DATA_DIR": str(tmp_path)}))
    file = tmp_path / "many.csv"
    with file.open("w") as stream:
        stream.write("email,name,city\n")
        stream.writelines(f"person.{at}@example.com,Ann Lee,Berlin\n" for at in range(500_000))
    environment = {
        "DATA_DIR": str(tmp_path),
        "PYTHONPATH": str(ROOT),
        "ACCOUNT": str(_account(tmp_path)),
        "FILE": str(file),
    }
    done = subprocess.run(
        [sys.executable, "-c", KEEP], env=environment, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stderr
    good, megabytes = map(int, done.stdout.split())
    assert good == 500_000
    assert megabytes < 170


def _account(folder: Path) -> int:
    """An account in that folder's database."""
    with sqlite3.connect(folder / "muster.db") as database:
        cursor = database.execute(
            "INSERT INTO accounts (name, kind, time_zone, country, limits, created_at, updated_at) "
            "VALUES ('Agency', 'agency', 'UTC', 'DE', '{}', '2026-01-01', '2026-01-01')"
        )
        return int(cursor.lastrowid or 0)
