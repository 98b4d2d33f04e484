"""Jobs that were made before selections and options were apart can still be read, and go back."""

import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade

from app.bulk_enrollment.domain.options import JobOptions
from app.bulk_enrollment.domain.selection import FileSelection
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.platform.database import db, session
from app.platform.tenancy import acting_for
from tests.people import Person

UPLOAD = "019a0000-0000-7000-8000-00000000000a"
CHOSEN = {
    "mapping": {"0": "email", "1": "opt_out"},
    "identifier": "email",
    "missing": "create",
    "existing": "fill",
    "consent_basis": "customer",
    "tags": ["Spring"],
    "batch_size": 20,
    "dates": "day_first",
    "phones": "",
    "not_consent": ["2"],
    "consent_words": {"nein": "no"},
    "withholds": True,
    "source_name": "people.csv",
    "again": True,
    "tag_ids": [4],
    "first_step": "step-1",
}


def test_a_job_of_before_is_read_and_goes_back(app: Flask, bob: Person) -> None:
    with app.app_context():
        downgrade(revision="0018_withheld_keys")
        _execute(
            "INSERT INTO uploads (id, account_id, public_id, file_name, size, sha256, rows,"
            " header_fingerprint, layout, checkup, mends, noticed, profile, choices, evidence,"
            " created_at, updated_at)"
            " VALUES (1, :account, :upload, 'people.csv', 1, 'x', 3, '', '{}', '{}', '{}', '{}', '{}', '{}',"
            " '{}', :now, :now)",
            account=bob.actor.account_id,
            upload=UPLOAD,
        )
        _job(bob, 1, "draft", CHOSEN, totals={"ENROLLED": 3}, planned_at=datetime.now(UTC))
        _job(bob, 2, "completed", CHOSEN | {"expected": {"ENROLLED": 2}}, totals={"ENROLLED": 3})
        _job(bob, 3, "failed", {"mapping": {"0": "email"}}, totals={})
        upgrade()
        db.session.remove()
        with acting_for(bob.actor.account_id):
            draft, done, failed = session().scalars(sa.select(EnrollmentJob).order_by(EnrollmentJob.id))
        assert (
            draft.selection
            == done.selection
            == FileSelection(
                upload_id=UPLOAD,
                mapping={"0": "email", "1": "opt_out"},
                dates="day_first",
                not_consent=["2"],
                consent_words={"nein": "no"},
            )
        )
        assert (
            draft.options
            == done.options
            == JobOptions(
                missing="create",
                existing="fill",
                consent_basis="customer",
                tags=("Spring",),
                batch_size=20,
                source_name="people.csv",
                tag_ids=(4,),
                first_step="step-1",
                again=True,
            )
        )
        assert (draft.expected, draft.totals) == ({"ENROLLED": 3}, {})
        assert (done.expected, done.totals) == ({"ENROLLED": 2}, {"ENROLLED": 3})
        assert (failed.selection, failed.options) == (FileSelection(UPLOAD, {"0": "email"}), JobOptions())
        assert done.idempotency_key == "key 2"
        db.session.remove()
        downgrade(revision="0018_withheld_keys")
        rows = _execute("SELECT options, totals, once_key FROM enrollment_jobs ORDER BY id").all()
        (draft_options, draft_totals, _), (done_options, done_totals, key), _ = rows
        assert _read(draft_options) == CHOSEN and _read(draft_totals) == {"ENROLLED": 3}
        assert _read(done_options) == CHOSEN | {"expected": {"ENROLLED": 2}}
        assert _read(done_totals) == {"ENROLLED": 3} and key == "key 2"
        upgrade()


def _job(bob: Person, number: int, status: str, options: dict[str, Any], **values: Any) -> None:
    _execute(
        "INSERT INTO enrollment_jobs (id, account_id, public_id, kind, status, selection_type, upload_id,"
        " options, met, priority, once_key, total, batches, totals, attempt, planned_rows, planned_at,"
        " created_at, updated_at) VALUES (:id, :account, :public_id, 'import', :status, 'csv', 1, :options,"
        " '{}', 0, :key, 3, 0, :totals, 0, 3, :planned_at, :now, :now)",
        id=number,
        account=bob.actor.account_id,
        public_id=f"019a0000-0000-7000-8000-{number:012}",
        status=status,
        key=f"key {number}",
        options=json.dumps(options),
        totals=json.dumps(values["totals"]),
        planned_at=values.get("planned_at"),
    )


def _execute(statement: str, **values: Any) -> Any:
    values["now"] = datetime.now(UTC)
    given = {name: value for name, value in values.items() if f":{name}" in statement}
    with db.engine.connect().execution_options(cross_account=True) as connection:
        answer = connection.execute(sa.text(statement), given)
        kept = answer.freeze()() if answer.returns_rows else None
        connection.commit()
    return kept


def _read(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
