"""No cell costs much, whatever it holds: upload, check-up, mapping page and planning count their CPU time."""

import io
import time

import pytest

from app.files import application as files
from tests.rooms.bulk_enrollment.trial import Trial
from tests.rooms.files.mapping_pages import choices_on, uploaded

LONG = 100_000
HOSTILE = [
    "\u200b" * LONG,
    "\u200b\u00a0" * (LONG // 2),
    "@" * LONG,
    "a@" * (LONG // 2),
    ":::" * (LONG // 3),
    "." * LONG,
    "'" * LONG,
    "e\u0301\u0323" * (LONG // 3),
    "1" * LONG,
    "1/" * (LONG // 2),
    "Dr. " * (LONG // 4),
    "x" * LONG,
    "a@b.example;" * (LONG // 12),
    "ann@gmail,com " * (LONG // 14),
]
HEADER = "Email,Other Email,Phone,Full Name,Birthday,Tags,Note"
ENOUGH = 10.0  # seconds of CPU for a file of 12 MB; the faults that this guards against cost far more


def hostile_file():
    rows = [",".join([cell.replace(",", " ")] * 7) for cell in HOSTILE]
    good = [f"p{n}@example.com,,+49151234567{n:02},Ann Lee,1990-04-23,VIP,-" for n in range(20)]
    return "\n".join([HEADER, *good, *rows, ""])


@pytest.fixture
def cpu():
    began = time.process_time()
    return lambda: time.process_time() - began


@pytest.mark.one_database
def test_upload_and_mapping_page(bob, cpu):
    address = uploaded(bob, None, hostile_file().encode())
    page = bob.get(address).text
    assert cpu() < ENOUGH
    chosen = choices_on(page)
    fields = ["email", "second_email", "phone", "full_name", "birthday", "tags", "custom:Note"]
    changed = chosen | {f"column-{at}": field for at, field in enumerate(fields)}
    assert bob.htmx("post", f"{address}/checkup", data=changed).status_code == 200
    assert bob.post(address, changed | {"act": "fix-addresses"}).status_code == 200
    assert cpu() < 2 * ENOUGH


def test_planning(app, bob, run_tasks, cpu):
    trial = Trial(app, bob.actor, run_tasks)
    fields = ["email", "second_email", "phone", "full_name", "birthday", "tags", "custom:Note"]
    mapping = {str(at): field for at, field in enumerate(fields)}
    job = trial.start(hostile_file(), None, missing="create", mapping=mapping)
    trial.plan(job)
    assert cpu() < ENOUGH
    outcomes = trial.verdicts(job)
    assert outcomes[:20] == ["CREATED"] * 20
    assert all(outcome.startswith(("VALIDATION_ERROR", "CREATED", "DUPLICATE")) for outcome in outcomes[20:])


@pytest.mark.one_database
def test_a_thousand_mistyped_domains_are_looked_up(app, bob, cpu):
    rows = "".join(f"p{n}@gmai{chr(97 + n % 26)}l.com\np{n}@example.com\n" for n in range(4_000))
    with app.app_context():
        upload = files.keep(bob.actor, io.BytesIO(f"Email\n{rows}".encode()), "people.csv")
        files.fix_addresses(bob.actor, upload.public_id, {"0": "email"})
        assert sum("@gmail.com" in row.cells[0] for row in files.rows(upload)) >= 3_500
    assert cpu() < ENOUGH
